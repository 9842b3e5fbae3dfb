"""Answers of the family "community": see README.md. igraph 1.0.0.

For each graph, direction, loops and parallel links dropped:

    triangles     len(Graph.list_triangles())
    clustering    Graph.transitivity_local_undirected(mode="zero")
    transitivity  Graph.transitivity_undirected(mode="zero")

and for those of at most 10 nodes that have links:

    modularity    the greatest there is, Graph.community_optimal_modularity()
"""

import igraph

import graphs

answers = {}
for g in graphs.read():
    peer = igraph.Graph(g["n"], [l[:2] for l in g["links"]])
    peer.simplify()
    answer = {"triangles": len(peer.list_triangles())}
    if g["n"]:
        answer["clustering"] = peer.transitivity_local_undirected(mode="zero")
        answer["transitivity"] = peer.transitivity_undirected(mode="zero")
    if g["n"] <= 10 and peer.ecount():
        answer["modularity"] = peer.community_optimal_modularity().modularity
    answers[g["name"]] = answer
graphs.write("community", answers)
