"""Answers of the family "group": see README.md. networkx 3.6.1.

Of each graph some nodes, their group betweenness (counted along predecessor, from each of
the others: group_betweenness_centrality fails where a node is not reached), how many other nodes lie each number of
links from the nearest of them (multi_source_dijkstra_path_length with all costs 1), and
the PageRank of all nodes with jumps to them alone (pagerank, damping 0.85). Parallel
links count once, and loops do not.
"""

import networkx

import graphs


def betweenness(net, group):
    """The share of shortest paths through the group, over pairs of the others."""
    total = 0.0
    for s in set(net) - group:
        paths, around = {s: 1}, {s: 1}
        for v, before in networkx.predecessor(net, s).items():  # nearest first
            if v != s:
                paths[v] = sum(paths[u] for u in before)
                around[v] = 0 if v in group else sum(around[u] for u in before)
            if v not in group:
                total += 1 - around[v] / paths[v]
    return total if net.is_directed() else total / 2


answers = {}
for i, g in enumerate(graphs.read()):
    n = g["n"]
    if n < 2:
        continue
    source = graphs.Source(i)
    group = sorted(source.permutation(n)[: 1 + i % 4])
    net = networkx.DiGraph() if g["directed"] else networkx.Graph()
    net.add_nodes_from(range(n))
    net.add_edges_from((v, w) for v, w, _ in g["links"] if v != w)
    away = networkx.multi_source_dijkstra_path_length(net, group, weight=lambda *_: 1)
    counts = [0] * (max(away.values()) + 1)
    for hops in away.values():
        counts[hops] += 1
    jump = {v: 1 for v in group}
    rank = networkx.pagerank(net, alpha=0.85, personalization=jump, tol=1e-14, max_iter=1000)
    answers[g["name"]] = {
        "group": group,
        "betweenness": betweenness(net, set(group)),
        "away": counts[1:],
        "pagerank": [rank[v] for v in range(n)],
    }
graphs.write("group", answers)
