"""Answers of the family "path": see README.md. igraph 1.0.0, networkx 3.6.1.

Of each graph some pairs of nodes: [from, to, hops, cost, hops of the 6 shortest simple
paths, costs of the 6 cheapest, all shortest, all cheapest]; hops and cost are null where
there is no path. Parallel links are one step, the cheapest of them, and loops none. All
are given by their number and, up to 12, their nodes, sorted; not the cheapest where a
link costs nothing: the libraries then count walks in circles or leave some out.
"""

import itertools

import igraph
import networkx

import graphs

K = 6


def simple(g):
    """The graph without parallel links and loops, as networkx has it."""
    net = networkx.DiGraph() if g["directed"] else networkx.Graph()
    net.add_nodes_from(range(g["n"]))
    for v, w, x in g["links"]:
        if v != w and not (net.has_edge(v, w) and net[v][w]["weight"] <= x):
            net.add_edge(v, w, weight=x)
    return net


def costs(net, s, t, weight):
    """networkx shortest_simple_paths: Yen's algorithm."""
    try:
        paths = list(itertools.islice(networkx.shortest_simple_paths(net, s, t, weight=weight), K))
    except networkx.NetworkXNoPath:
        return []
    return [networkx.path_weight(net, p, weight) if weight else len(p) - 1 for p in paths]


def ties(net, s, t, weight):
    """networkx all_shortest_paths, and igraph Graph.get_all_shortest_paths agrees."""
    if weight and any(x == 0 for _, _, x in net.edges(data="weight")):
        return None
    try:
        paths = sorted(networkx.all_shortest_paths(net, s, t, weight=weight))
    except networkx.NetworkXNoPath:
        paths = []
    links = list(net.edges(data="weight"))
    peer = igraph.Graph(len(net), [l[:2] for l in links], directed=net.is_directed())
    costs = [float(l[2]) for l in links] if weight and links else None
    assert paths == sorted(peer.get_all_shortest_paths(s, t, weights=costs)), (s, t, weight)
    return [len(paths), paths if len(paths) <= 12 else []]


answers = {}
for i, g in enumerate(graphs.read()):
    n = g["n"]
    if n < 2:
        continue
    source = graphs.Source(i)
    net = simple(g)
    peer = igraph.Graph(n, [l[:2] for l in g["links"]], directed=g["directed"])
    weights = [float(l[2]) for l in g["links"]]
    found = []
    for s, t in {(0, n - 1), tuple(source.permutation(n)[:2])}:
        hops = peer.distances([s], [t])[0][0]  # igraph Graph.distances
        cost = peer.distances([s], [t], weights=weights)[0][0] if weights else hops
        short, cheap = costs(net, s, t, None), costs(net, s, t, "weight")
        assert (short or [float("inf")])[0] == hops and (cheap or [float("inf")])[0] == cost, (g["name"], s, t)
        found.append([s, t, hops, cost, short, cheap, ties(net, s, t, None), ties(net, s, t, "weight")])
    answers[g["name"]] = found
graphs.write("path", answers)
