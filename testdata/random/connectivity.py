"""Answers of the family "connectivity": see README.md. igraph 1.0.0, networkx 3.6.1, scipy 1.17.1."""

import igraph
import networkx
import numpy
import scipy.sparse
from scipy.sparse.csgraph import connected_components

import graphs


def classes(labels):
    """Renames labels to the least node of each class."""
    least = {}
    return [least.setdefault(label, v) for v, label in enumerate(labels)]


def scipy_graph(g):
    n = g["n"]
    if not g["links"]:
        return scipy.sparse.csr_matrix((n, n))
    ends = numpy.array([l[:2] for l in g["links"]])
    return scipy.sparse.csr_matrix((numpy.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))


answers = {}
for g in graphs.read():
    if g["n"] == 0:
        continue
    pairs = [l[:2] for l in g["links"]]
    peer = igraph.Graph(g["n"], pairs, directed=g["directed"])
    flat = igraph.Graph(g["n"], pairs)
    other = networkx.DiGraph()
    other.add_nodes_from(range(g["n"]))
    other.add_edges_from(pairs)
    weak = classes(connected_components(scipy_graph(g), directed=False)[1])  # scipy
    assert weak == classes(peer.connected_components(mode="weak").membership)
    strong = classes(peer.connected_components(mode="strong").membership)  # igraph Graph.connected_components
    if g["directed"]:
        assert strong == classes(connected_components(scipy_graph(g), directed=True, connection="strong")[1])
    # igraph Graph.biconnected_components; loops are no part of a block
    flat.simplify(multiple=False)
    blocks = sorted(sorted(block) for block in flat.biconnected_components())
    above = {}
    if g["directed"]:
        above = networkx.immediate_dominators(other, 0)  # networkx, of node 0, which it leaves out
    answers[g["name"]] = {
        "weak": weak,
        "strong": strong,
        "points": sorted(flat.articulation_points()),  # igraph
        "bridges": sorted(flat.get_edgelist()[e] for e in flat.bridges()),  # igraph
        "blocks": blocks,
        "dominators": [above.get(v, -1) if v > 0 else -1 for v in range(g["n"])],
    }
graphs.write("connectivity", answers)
