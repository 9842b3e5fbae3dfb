"""Answers of the family "centrality": see README.md. igraph 1.0.0, networkx 3.6.1.

Of nodes, or of links in the order of the graph. Loops are left out; parallel links are
one, and each has the score of that one, 0 for a loop. Iterated measures have seven
digits, the others ten. Where the libraries differ from us:

- networkx closeness_centrality and harmonic_centrality look against the links, so they
  are asked about the reverse; igraph closeness lacks the factor of Wasserman and Faust.
- igraph eigenvector_centrality is asked about the largest strong component alone, and
  the greatest score is 1; of equally large ones that with the least node counts. It is
  left out where two eigenvalues are nearly the greatest and six digits are too many.
- igraph hub_score and authority_score make the greatest score 1 as well, and are left
  out where two singular values are nearly the greatest.
- igraph pagerank and networkx katz_centrality_numpy are as ours; the attenuation is
  0.85 by the greatest number of links into a node.
- networkx effective_size of all nodes at once divides by the greatest tie of the wrong
  node (columns for rows), so it is asked node by node.
- weighted betweenness takes weights as costs, the least of parallel links, and is left
  out when one costs nothing; a dearer parallel link has 0. igraph finds parallel links to be several ways, and so is
  asked without them.
"""

import random

import igraph
import networkx
import numpy

import graphs


def flat(g):
    """The graph without loops and the dearer of parallel links: pairs and their costs."""
    least = {}
    for v, w, x in g["links"]:
        pair = (v, w) if g["directed"] else (min(v, w), max(v, w))
        if v != w and x < least.get(pair, float("inf")):
            least[pair] = x
    return least


def per_link(g, scores, least=None):
    """Scores of pairs as those of links; given least, only the cheapest of parallel links has one."""
    order = lambda v, w: (v, w) if g["directed"] else (min(v, w), max(v, w))
    taken = lambda pair, x: pair in scores and not (least and x > least[pair])
    return [scores[order(v, w)] if taken(order(v, w), x) else 0 for v, w, x in g["links"]]


def unit(scores):
    size = numpy.linalg.norm(scores)
    return [x / size for x in scores]


def rounded(value, digits):
    if isinstance(value, list):
        return [rounded(x, digits) for x in value]
    return None if value is None or value != value else float("%.*g" % (digits, value))


def eigenvector(peer, n):
    """igraph Graph.eigenvector_centrality of the largest strong component, null elsewhere; None if unsure."""
    parts = [sorted(part) for part in peer.connected_components(mode="strong")]
    part = max(parts, key=lambda p: (len(p), -p[0]))
    scores = [None] * n
    if len(part) > 1:
        inner = peer.induced_subgraph(part)
        values = sorted(numpy.linalg.eigvals(numpy.array(inner.get_adjacency().data)).real)
        if values[-2] > 0.99 * values[-1]:
            return None
        for v, x in zip(part, unit(inner.eigenvector_centrality(scale=True))):
            scores[v] = x
    return scores


def effective_size(net, away):
    """networkx effective_size, node by node and seen from a side that has links."""
    sides = [(v, net if net[v] else away) for v in net]
    return [networkx.effective_size(side, nodes=[v])[v] for v, side in sides]


def iterated(g, peer, net, pairs):
    n = g["n"]
    found = {"pagerank": peer.pagerank(damping=0.85)}  # igraph Graph.pagerank
    if (scores := eigenvector(peer, n)) is not None:
        found["eigenvector"] = scores
    most = max(peer.indegree())
    if n > 1:  # networkx katz_centrality_numpy
        katz = networkx.katz_centrality_numpy(net, alpha=0.85 / most if most else 0.5, beta=1, normalized=False)
        found["katz"] = [float(katz[v]) for v in range(n)]
    a = networkx.to_numpy_array(net, weight=None)
    values = numpy.linalg.svd(a, compute_uv=False)
    if pairs and values[1] < 0.99 * values[0]:
        found["hub"] = unit(peer.hub_score())  # igraph Graph.hub_score
        found["authority"] = unit(peer.authority_score())  # igraph Graph.authority_score
    return found


def direct(g, peer, net, least):
    n, directed = g["n"], g["directed"]
    whole = peer.as_undirected(mode="collapse")
    away = net.reverse() if directed else net
    closeness = networkx.closeness_centrality(away, wf_improved=True)  # networkx
    constraint = networkx.constraint(net)  # networkx
    found = {
        "degree": whole.degree(),
        "in": peer.indegree(),
        "out": peer.outdegree(),
        # igraph Graph.strength of the graph as it is, loops left out
        "strength": igraph.Graph(n, [l[:2] for l in g["links"]], directed=directed).strength(
            loops=False, weights=[float(l[2]) for l in g["links"]]) if g["links"] else [0] * n,
        "core": whole.coreness(),  # igraph Graph.coreness
        "betweenness": peer.betweenness(),  # igraph Graph.betweenness
        "links": per_link(g, dict(zip(least, peer.edge_betweenness()))),  # igraph Graph.edge_betweenness
        "closeness": [closeness[v] for v in range(n)],
        # igraph Graph.harmonic_centrality, a mean over n − 1
        "harmonic": [x * (n - 1) for x in peer.harmonic_centrality(mode="out")] if n > 1 else [0],
        "constraint": [constraint[v] for v in range(n)] if n > 1 and least else [None] * n,
        "effective": effective_size(net, away),
    }
    assert numpy.allclose(found["harmonic"], [networkx.harmonic_centrality(away)[v] for v in range(n)])
    if all(x > 0 for _, _, x in g["links"]):
        # networkx betweenness_centrality and edge_betweenness_centrality; igraph must say the same
        nodes = networkx.betweenness_centrality(net, weight="weight", normalized=False)
        links = networkx.edge_betweenness_centrality(net, weight="weight", normalized=False)
        links = {pair if directed else tuple(sorted(pair)): x for pair, x in links.items()}
        costs = [float(x) for x in least.values()] or None
        assert numpy.allclose([nodes[v] for v in range(n)], peer.betweenness(weights=costs)), g["name"]
        assert numpy.allclose([links[pair] for pair in least], peer.edge_betweenness(weights=costs)), g["name"]
        found["costly"] = [nodes[v] for v in range(n)]
        found["costly_links"] = per_link(g, links, least)
    return found


igraph.set_random_number_generator(random.Random(1))  # where its iterations begin
answers = {}
for g in graphs.read():
    n = g["n"]
    if n == 0:
        continue
    least = flat(g)
    peer = igraph.Graph(n, list(least), directed=g["directed"])
    net = networkx.DiGraph() if g["directed"] else networkx.Graph()
    net.add_nodes_from(range(n))
    net.add_weighted_edges_from((v, w, x) for (v, w), x in least.items())
    answer = {key: rounded(value, 10) for key, value in direct(g, peer, net, least).items()}
    answer.update((key, rounded(value, 7)) for key, value in iterated(g, peer, net, least).items())
    answers[g["name"]] = answer
graphs.write("centrality", answers)
