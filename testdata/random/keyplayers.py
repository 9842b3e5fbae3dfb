"""Answers of the family "keyplayers": see README.md. networkx 3.6.1.

Key players (Borgatti 2006) by trying every set of up to five nodes, on small graphs of
graphs.json.gz and on classical ones: for each number of nodes the best value, how many
sets reach it with the fewest nodes that do, and the first of these in lexicographic
order. "pairs": pairs still connected without them; "largest": nodes of the largest
component without them; "reach": nodes at most one step away from them, themselves
included. Direction counts for reach alone.

A classical graph has its links here too, under "links".
"""

import itertools

import networkx

import graphs


def judge(peer, chosen, out):
    """The three values of a set: networkx connected_components of what is left."""
    left = peer.subgraph(set(peer) - set(chosen))
    sizes = [len(c) for c in networkx.connected_components(left)]
    reached = set(chosen).union(*(out[v] for v in chosen))
    return {"pairs": sum(s * (s - 1) // 2 for s in sizes), "largest": max(sizes, default=0), "reach": -len(reached)}


def answers_of(peer, out, most):
    best = {}
    found = {aim: [] for aim in ("pairs", "largest", "reach")}
    for size in range(most + 1):
        tried = [(chosen, judge(peer, chosen, out)) for chosen in itertools.combinations(sorted(peer), size)]
        for aim, list_ in found.items():
            if tried:
                value = min(values[aim] for _, values in tried)
                if aim not in best or value < best[aim][0]:
                    sets = [chosen for chosen, values in tried if values[aim] == value]
                    best[aim] = [value, len(sets), list(sets[0])]
            if size > 0:
                value, count, first = best[aim]
                list_.append([abs(value), count, first])
    return found


classical = {
    "karate": networkx.karate_club_graph(),
    "davis": networkx.davis_southern_women_graph(),
    "florentine": networkx.florentine_families_graph(),
    "kite": networkx.krackhardt_kite_graph(),
    "petersen": networkx.petersen_graph(),
    "dodecahedron": networkx.dodecahedral_graph(),
    "pappus": networkx.pappus_graph(),
}

answers = {}
for name, peer in classical.items():
    peer = networkx.convert_node_labels_to_integers(peer)
    links = sorted(sorted(pair) for pair in peer.edges())
    plain = networkx.Graph()
    plain.add_nodes_from(peer)
    plain.add_edges_from(links)
    answers[name] = {"n": len(plain), "links": links, **answers_of(plain, {v: list(plain[v]) for v in plain}, 5)}
for i, g in enumerate(graphs.read()):
    if i % 3 or not 5 <= g["n"] <= 12:
        continue
    plain, out = networkx.Graph(), networkx.DiGraph() if g["directed"] else networkx.Graph()
    for peer in plain, out:
        peer.add_nodes_from(range(g["n"]))
        peer.add_edges_from(l[:2] for l in g["links"])
    answers[g["name"]] = answers_of(plain, {v: list(out[v]) for v in out}, 5)
graphs.write("keyplayers", answers)
