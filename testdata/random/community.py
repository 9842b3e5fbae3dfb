"""Answers of the family "community": see README.md. igraph 1.0.0, NetworkX 3.6.1.

For each graph, direction, loops and parallel links dropped:

    triangles     len(Graph.list_triangles())
    clustering    Graph.transitivity_local_undirected(mode="zero")
    transitivity  Graph.transitivity_undirected(mode="zero")
    agreement     igraph.compare_communities(method="nmi") of the partitions whose groups
                  are v % 3 and v * v % 5 for node v
    core, truss   the components of the 2-core by Graph.coreness() and of the 3-truss
                  by networkx.k_truss(k=3), ascending

and for those of at most 10 nodes that have links:

    modularity    the greatest there is, Graph.community_optimal_modularity()
"""

import igraph
import networkx

import graphs


def pieces(graph):
    return sorted(sorted(c) for c in networkx.connected_components(graph) if len(c) > 1)


answers = {}
for g in graphs.read():
    peer = igraph.Graph(g["n"], [l[:2] for l in g["links"]])
    peer.simplify()
    answer = {"triangles": len(peer.list_triangles())}
    if g["n"]:
        answer["clustering"] = peer.transitivity_local_undirected(mode="zero")
        answer["transitivity"] = peer.transitivity_undirected(mode="zero")
        answer["agreement"] = igraph.compare_communities(
            [v % 3 for v in range(g["n"])], [v * v % 5 for v in range(g["n"])], method="nmi"
        )
        other = networkx.Graph(peer.get_edgelist())
        other.add_nodes_from(range(g["n"]))
        answer["core"] = pieces(other.subgraph([v for v, k in enumerate(peer.coreness()) if k >= 2]))
        answer["truss"] = pieces(networkx.k_truss(other, 3))
    if g["n"] <= 10 and peer.ecount():
        answer["modularity"] = peer.community_optimal_modularity().modularity
    answers[g["name"]] = answer
graphs.write("community", answers)
