"""Answers of the family "flow": see README.md. igraph 1.0.0, scipy 1.17.1, networkx 3.6.1.

Of each graph some pairs of nodes: [from, to, maximum flow by weight, maximum flow with
capacity 1, size of the least node cut or null where the two have a link].
"""

import igraph
import networkx
import numpy
import scipy.sparse
from scipy.sparse.csgraph import maximum_flow

import graphs


def scipy_flow(g, s, t):
    """scipy maximum_flow; whole capacities only, so in eighths."""
    caps = numpy.zeros((g["n"], g["n"]), dtype=numpy.int32)
    for v, w, x in g["links"]:
        caps[v, w] += round(8 * x)
        if not g["directed"] and v != w:
            caps[w, v] += round(8 * x)
    return maximum_flow(scipy.sparse.csr_matrix(caps), s, t).flow_value / 8


answers = {}
for i, g in enumerate(graphs.read()):
    n = g["n"]
    if n < 2:
        continue
    source = graphs.Source(i)
    peer = igraph.Graph(n, [l[:2] for l in g["links"]], directed=g["directed"])
    weights = [float(l[2]) for l in g["links"]]
    found = []
    for s, t in {(0, n - 1), tuple(source.permutation(n)[:2]), tuple(source.permutation(n)[:2])}:
        weighted = peer.maxflow_value(s, t, capacity=weights) if weights else 0  # igraph Graph.maxflow_value
        assert weighted == scipy_flow(g, s, t), (g["name"], s, t)
        single = peer.maxflow_value(s, t) if weights else 0
        # igraph Graph.vertex_connectivity between two nodes
        joined = peer.get_eid(s, t, error=False) >= 0
        nodes = None if joined else peer.vertex_connectivity(s, t, neighbors="number_of_nodes") if weights else 0
        found.append([s, t, weighted, single, nodes])
    tree = None
    if not g["directed"] and n <= 20 and weights:
        flat = networkx.Graph()
        flat.add_nodes_from(range(n))
        for v, w, x in g["links"]:
            if v != w:
                flat.add_edge(v, w, capacity=flat.edges[v, w]["capacity"] + x if flat.has_edge(v, w) else x)
        made = networkx.gomory_hu_tree(flat)  # networkx; the cost of the cut between 0 and each other node
        tree = []
        for v in range(1, n):
            way = networkx.shortest_path(made, 0, v)
            tree.append(min(made.edges[a, b]["weight"] for a, b in zip(way, way[1:])))
    answers[g["name"]] = {"pairs": sorted(found, key=lambda f: f[:2]), "cuts": tree}
graphs.write("flow", answers)
