"""Answers of the family "figures": see README.md. igraph 1.0.0, NetworkX 3.6.1.

For each graph as it is, parallel links and loops dropped:

    density       Graph.density(), null with fewer than 2 nodes
    reciprocity   Graph.reciprocity(), null without links
    diameter      Graph.diameter(unconn=True), directed or not
    radius        Graph.radius() of the largest component, of several the one with the
                  least node; null in a directed graph that is not strongly connected
    mean          Graph.average_path_length(unconn=True), null without paths

and direction ignored:

    span          Graph.diameter(directed=False)
    efficiency    networkx.global_efficiency()
    clustering    networkx.average_clustering()
    degree, betweenness, closeness
                  centralization: the sum of what each node lacks of the greatest
                  score, by Graph.degree(), .betweenness() and .closeness(), over
                  that in Graph.Star() of as many nodes; null with fewer than 3,
                  closeness also where the graph is not connected
"""

import math

import igraph
import networkx

import graphs


def number(x):
    return None if x is None or math.isnan(x) else x


def lacking(scores):
    return sum(max(scores) - x for x in scores)


def centralization(peer, measure):
    star = igraph.Graph.Star(peer.vcount())
    return lacking(measure(peer)) / lacking(measure(star))


def radius(peer):
    n = peer.vcount()
    if peer.is_directed():
        return peer.radius(mode="out") if n and peer.is_connected(mode="strong") else None
    parts = sorted(peer.connected_components(), key=lambda c: (-len(c), min(c)))
    return peer.induced_subgraph(parts[0]).radius() if parts else None


answers = {}
for g in graphs.read():
    peer = igraph.Graph(g["n"], [l[:2] for l in g["links"]], directed=g["directed"])
    peer.simplify()
    n = g["n"]
    answer = {"diameter": number(peer.diameter(unconn=True)) or 0, "radius": number(radius(peer))}
    if n > 1:
        answer["density"] = peer.density()
    if peer.ecount():
        answer["reciprocity"] = peer.reciprocity() if g["directed"] else 1
        answer["mean"] = peer.average_path_length(unconn=True)
    peer.to_undirected()
    answer["span"] = number(peer.diameter(directed=False, unconn=True)) or 0
    other = networkx.Graph(peer.get_edgelist())
    other.add_nodes_from(range(n))
    answer["efficiency"] = networkx.global_efficiency(other)
    answer["clustering"] = networkx.average_clustering(other) if n else 0
    if n > 2:
        answer["degreeCentralization"] = centralization(peer, lambda p: p.degree())
        answer["betweennessCentralization"] = centralization(peer, lambda p: p.betweenness())
        if peer.is_connected():
            answer["closenessCentralization"] = centralization(peer, lambda p: p.closeness())
    answers[g["name"]] = answer
graphs.write("figures", answers)
