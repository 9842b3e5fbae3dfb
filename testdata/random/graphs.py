"""Small random graphs of every shape, and the reader and writer that the scripts of this folder share.

    python3 graphs.py      writes graphs.json.gz, always the same bytes

Only the standard library is needed. See README.md.
"""

import gzip
import json
import math
import os
import random

HERE = os.path.dirname(os.path.abspath(__file__))


def read():
    """Returns the graphs: a list of {"name", "n", "directed", "links": [[from, to, weight], ...]}."""
    with gzip.open(os.path.join(HERE, "graphs.json.gz"), "rt", encoding="ascii") as file:
        return json.load(file)


def write(family, answers):
    """Writes answers, a dict from graph name to anything of JSON, to FAMILY.json.gz.

    Floats keep 12 significant digits; infinity and NaN become null.
    """
    text = json.dumps(plain(answers), separators=(",", ":"), sort_keys=True, allow_nan=False)
    with open(os.path.join(HERE, family + ".json.gz"), "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=raw, mtime=0) as file:
            file.write(text.encode("ascii"))


def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if hasattr(value, "tolist"):  # an array or a number of numpy
        return plain(value.tolist())
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        if value.is_integer() and abs(value) < 1e15:
            return int(value)
        return float("%.12g" % value)
    return value


class Source:
    """Random numbers made of random() alone, the one method whose sequence Python promises to keep."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, n):
        return int(self.random() * n)

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, p):
        return self.random() < p

    def permutation(self, n):
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.below(i + 1)
            order[i], order[j] = order[j], order[i]
        return order


# Shapes: functions of a source and a size that return a number of nodes and pairs.


def empty(r, n):
    return n % 5, []


def dot(r, n):
    return 1, [(0, 0)] * (n % 3)


def pair(r, n):
    return 2, [(0, 1)] * (1 + n % 3)


def path(r, n):
    return n, [(v, v + 1) for v in range(n - 1)]


def cycle(r, n):
    return n, [(v, (v + 1) % n) for v in range(n)]


def star(r, n):
    return n, [(0, v) for v in range(1, n)]


def double_star(r, n):
    return n, [(0, 1)] + [(v % 2, v) for v in range(2, n)]


def caterpillar(r, n):
    spine = max(1, n // 3)
    return n, [(v, v + 1) for v in range(spine - 1)] + [(r.below(spine), v) for v in range(spine, n)]


def spider(r, n):
    legs = r.between(3, 5)
    return n, [(max(0, v - legs), v) for v in range(1, n)]


def tree(r, n):
    return n, [(r.below(v), v) for v in range(1, n)]


def binary_tree(r, n):
    return n, [((v - 1) // 2, v) for v in range(1, n)]


def clique(r, n):
    n = min(n, 9)
    return n, [(v, w) for v in range(n) for w in range(v + 1, n)]


def bipartite(r, n):
    left = r.between(1, max(1, n // 2))
    return n, [(v, w) for v in range(left) for w in range(left, n) if r.chance(0.25)]


def complete_bipartite(r, n):
    left, n = r.between(1, 4), min(n, 12)
    return n, [(v, w) for v in range(left) for w in range(left, n)]


def grid(r, n):
    rows = r.between(2, 5)
    columns = max(1, n // rows)
    down = [(v, v + columns) for v in range((rows - 1) * columns)]
    return rows * columns, down + [(v, v + 1) for v in range(rows * columns) if (v + 1) % columns]


def ladder(r, n):
    half = n // 2
    rails = [(v, v + 1) for v in range(half - 1)] + [(half + v, half + v + 1) for v in range(half - 1)]
    return 2 * half, rails + [(v, half + v) for v in range(half)]


def wheel(r, n):
    rim = max(3, n - 1)
    return rim + 1, [(0, v) for v in range(1, rim + 1)] + [(v, v % rim + 1) for v in range(1, rim + 1)]


def windmill(r, n):
    blades = n // 2
    return 2 * blades + 1, [p for b in range(blades) for p in ((0, 2 * b + 1), (0, 2 * b + 2), (2 * b + 1, 2 * b + 2))]


def hypercube(r, n):
    bits = max(1, min(5, n.bit_length() - 1))
    return 1 << bits, [(v, v | 1 << b) for v in range(1 << bits) for b in range(bits) if not v >> b & 1]


def barbell(r, n):
    k = min(5, max(2, n // 3))
    bar = max(0, n - 2 * k)
    ends = [(v, w) for v in range(k) for w in range(v + 1, k)]
    ends += [(k + bar + v, k + bar + w) for v in range(k) for w in range(v + 1, k)]
    return 2 * k + bar, ends + [(v, v + 1) for v in range(k - 1, k + bar)]


def lollipop(r, n):
    k = min(6, max(3, n // 2))
    return n, [(v, w) for v in range(min(k, n)) for w in range(v + 1, min(k, n))] + [(v, v + 1) for v in range(k - 1, n - 1)]


def blocks(r, n):
    """Cliques and cycles glued together at cut nodes."""
    nodes, pairs = 1, []
    while nodes < n:
        members = [r.below(nodes)] + list(range(nodes, nodes + r.between(1, 4)))
        nodes = members[-1] + 1
        if r.chance(0.5):
            pairs += [(v, w) for i, v in enumerate(members) for w in members[i + 1 :]]
        else:
            pairs += list(zip(members, members[1:] + members[:1]))[: len(members) if len(members) > 2 else 1]
    return nodes, pairs


def sparse(r, n):
    return n, [(r.below(n), r.below(n)) for _ in range(n)]


def medium(r, n):
    return n, simple((r.below(n), r.below(n)) for _ in range(2 * n))


def dense(r, n):
    n = min(n, 12)
    return n, [(v, w) for v in range(n) for w in range(v + 1, n) if r.chance(0.6)]


def multigraph(r, n):
    n = max(2, n // 3)
    return n, [(r.below(n), r.below(n)) for _ in range(4 * n)]


def attached(r, n):
    """Preferential attachment, two links a node."""
    pairs, ends = [(0, 1)], [0, 1]
    for v in range(2, n):
        for w in {ends[r.below(len(ends))], ends[r.below(len(ends))]}:
            pairs.append((v, w))
            ends += [v, w]
    return max(n, 2), pairs


def small_world(r, n):
    return n, simple((v, (v + d) % n if r.chance(0.85) else r.below(n)) for v in range(n) for d in (1, 2))


def groups(r, n):
    side = r.between(4, 7)
    return n, [(v, w) for v in range(n) for w in range(v + 1, n) if r.chance(0.6 if v // side == w // side else 0.03)]


def cliques_apart(r, n):
    side = r.between(2, 5)
    return n, [(v, w) for v in range(n) for w in range(v + 1, n) if v // side == w // side]


def core_periphery(r, n):
    core = min(5, n)
    return n, [(v, w) for v in range(core) for w in range(v + 1, n) if r.chance(0.9 if w < core else 0.25)]


def twins(r, n):
    """A small graph whose nodes are replaced by sets of twins, some joined among themselves."""
    base = max(2, n // 4)
    _, joined = medium(r, base)
    copy = [r.below(base) for _ in range(n)]
    true = [r.chance(0.4) for _ in range(base)]
    joined = set(joined) | {(w, v) for v, w in joined}
    return n, [
        (v, w)
        for v in range(n)
        for w in range(v + 1, n)
        if ((copy[v], copy[w]) in joined or copy[v] == copy[w] and true[copy[v]]) and copy[v] // 3 == copy[w] // 3
    ]


def acyclic(r, n):
    return n, simple(sorted((r.below(n), r.below(n))) for _ in range(2 * n))


def tournament(r, n):
    n = min(n, 8)
    return n, [(v, w) if r.chance(0.5) else (w, v) for v in range(n) for w in range(v + 1, n)]


def layers(r, n):
    """From a source through layers to a sink, as goods flow."""
    width = r.between(2, 4)
    depth = max(1, (n - 2) // width)
    at = lambda layer, i: 1 + layer * width + i
    pairs = [(0, at(0, i)) for i in range(width)]
    for layer in range(depth - 1):
        pairs += [(at(layer, i), at(layer + 1, j)) for i in range(width) for j in range(width) if r.chance(0.6)]
    sink = 1 + depth * width
    return sink + 1, pairs + [(at(depth - 1, i), sink) for i in range(width)]


def functional(r, n):
    """Each node has one successor: cycles with trees that lead into them."""
    return n, [(v, r.below(n)) for v in range(n)]


def rings(r, n):
    """Cycles joined one way only: a chain of strong components."""
    side = r.between(3, 5)
    count = max(1, n // side)
    pairs = [(c * side + i, c * side + (i + 1) % side) for c in range(count) for i in range(side)]
    return count * side, pairs + [(c * side + r.below(side), (c + 1) * side + r.below(side)) for c in range(count - 1)]


def apart(r, n):
    """Two shapes side by side."""
    n1, first = SHAPES[r.between(3, len(SHAPES) - 2)](r, max(4, n // 2))
    n2, second = SHAPES[r.between(3, len(SHAPES) - 2)](r, max(4, n // 2))
    return n1 + n2, first + [(n1 + v, n1 + w) for v, w in second]


SHAPES = [
    empty, dot, pair, path, cycle, star, double_star, caterpillar, spider, tree, binary_tree, clique, bipartite,
    complete_bipartite, grid, ladder, wheel, windmill, hypercube, barbell, lollipop, blocks, sparse, medium, dense,
    multigraph, attached, small_world, groups, cliques_apart, core_periphery, twins, acyclic, tournament, layers,
    functional, rings, apart,
]  # fmt: skip
FEW = {"empty": 10, "dot": 12, "pair": 16}  # the others appear as often as PER_SHAPE says
PER_SHAPE = 56

# Shapes whose direction is the point of them; the links of others are turned at random.
DIRECTED = {"acyclic", "tournament", "layers", "functional", "rings"}


def simple(pairs):
    seen, kept = set(), []
    for v, w in pairs:
        if v != w and (min(v, w), max(v, w)) not in seen:
            seen.add((min(v, w), max(v, w)))
            kept.append((v, w))
    return kept


# Weights: functions of a source and the number of links. All are multiples of 1/8, so sums of them are exact.
WEIGHTS = {
    "ones": lambda r, m: [1] * m,
    "equal": lambda r, m: [2.5] * m,
    "digits": lambda r, m: [r.between(1, 9) for _ in range(m)],
    "distinct": lambda r, m: [p + 1 for p in r.permutation(m)],
    "zeros": lambda r, m: [r.between(0, 3) for _ in range(m)],
    "eighths": lambda r, m: [r.between(1, 80) / 8 for _ in range(m)],
}


def graph(index, shape, r):
    n = r.between(31, 80) if r.chance(0.06) else r.between(4, 30)
    n, pairs = shape(r, n)
    name = shape.__name__
    directed = index % 2 == 1
    if directed and name not in DIRECTED and r.chance(0.8):
        pairs = [(w, v) if r.chance(0.5) else (v, w) for v, w in pairs]
    if pairs and r.chance(0.25):  # parallel links, some the other way
        pairs += [(w, v) if r.chance(0.5) else (v, w) for v, w in (pairs[r.below(len(pairs))] for _ in range(r.between(1, 4)))]
    if directed and pairs and r.chance(0.3):  # links that go both ways
        pairs += [(w, v) for v, w in pairs if r.chance(0.3)]
    if n and r.chance(0.2):
        pairs += [(v, v) for v in (r.below(n) for _ in range(r.between(1, 3)))]
    if r.chance(0.2):
        n += r.between(1, 3)  # isolated nodes
    if r.chance(0.7):  # an order of nodes and links that says nothing of the shape
        place = r.permutation(n)
        pairs = [(place[v], place[w]) for v, w in pairs]
        pairs = [pairs[i] for i in r.permutation(len(pairs))]
    kind = list(WEIGHTS)[r.below(len(WEIGHTS))]
    weights = WEIGHTS[kind](r, len(pairs))
    return {
        "name": "%04d-%s-%s-%s" % (index, name.replace("_", "-"), "directed" if directed else "undirected", kind),
        "n": n,
        "directed": directed,
        "links": [[v, w, x] for (v, w), x in zip(pairs, weights)],
    }


def main():
    r = Source(20261125)
    graphs = []
    for shape in SHAPES:
        for _ in range(FEW.get(shape.__name__, PER_SHAPE)):
            graphs.append(graph(len(graphs), shape, r))
    write("graphs", graphs)
    links = sum(len(g["links"]) for g in graphs)
    print("%d graphs, %d links, largest %d nodes" % (len(graphs), links, max(g["n"] for g in graphs)))


if __name__ == "__main__":
    main()
