"""One peer library behind a line protocol: python peers.py igraph|networkit|rustworkx|scipy

Each line of the input is a request of JSON, each line of the output its answer.

    {"load": FILE}                        reads a graph and makes the library's own of it
    {"op": NAME, …}                       runs an operation, see Job in engine.go

Only the call of the library is timed: the graph is there, arguments are made, and results are
turned into arrays after the clock has stopped. What a library does not have is answered with
{"missing": why}. Operations are methods op_NAME that return a function to be timed, and how to
turn what it returns into an array.
"""

import json
import os
import sys
import time

import numpy


class Missing(Exception):
    pass


class Peer:
    def load(self, file):
        head = numpy.fromfile(file, numpy.int64, 4)
        self.n, self.m, self.directed = int(head[1]), int(head[2]), bool(head[3])
        ends = numpy.fromfile(file, numpy.int32, 2 * self.m, offset=32)
        self.source, self.target = ends[: self.m], ends[self.m :]
        self.weights = numpy.fromfile(file, numpy.float64, self.m, offset=32 + 8 * self.m)
        self.build()

    def run(self, job):
        make = getattr(self, "op_" + job["op"].replace("-", "_"), None)
        if make is None:
            raise Missing("it has no such operation")
        self.fresh()
        call, array = make(job)
        times = []
        for turn in range(max(1, job["turns"])):
            if turn:
                self.fresh()
            begun = time.perf_counter()
            result = call()
            times.append(time.perf_counter() - begun)
            if sum(times) > job["enough"]:
                break
        answer = {"seconds": min(times)}
        if job.get("answer"):
            numpy.asarray(array(result), dtype=numpy.float64).tofile(job["answer"])
        return answer

    def fresh(self):
        """Forgets what the library may have remembered of the graph."""

    def undirected(self):
        if self.directed:
            raise Missing("for undirected graphs only")


def all_sources(job):
    if job.get("sources"):
        raise Missing("no share of the sources")


def same(x):
    return x


def one(x):
    return [x]


def batch(call, items):
    def run():
        return [call(*item) for item in items]

    return run


def flat(lists):
    """Lists of k numbers each, the short ones filled up."""
    return [x for numbers in lists for x in list(numbers) + [float("nan")] * (10 - len(numbers))]


class Igraph(Peer):
    def build(self):
        import igraph

        self.igraph = igraph
        ends = numpy.stack([self.source, self.target], axis=1).astype(numpy.int64)
        self.g = igraph.Graph(self.n, ends, directed=self.directed)
        self.g.es["weight"] = self.weights.tolist()
        self.w = "weight"

    def fresh(self):
        # One link more and one less: igraph forgets whether the graph is connected.
        self.g.add_edges([(0, 0)])
        self.g.delete_edges([self.m])

    def op_betweenness(self, job):
        sources = job.get("sources")
        if sources:
            return lambda: self.g.betweenness(sources=sources), same
        return lambda: self.g.betweenness(), same

    def op_link_betweenness(self, job):
        sources = job.get("sources")
        if sources:
            return lambda: self.g.edge_betweenness(sources=sources), same
        return lambda: self.g.edge_betweenness(), same

    def op_betweenness_weighted(self, job):
        return lambda: self.g.betweenness(weights=self.w, sources=job.get("sources") or None), same

    def op_link_betweenness_weighted(self, job):
        return lambda: self.g.edge_betweenness(weights=self.w, sources=job.get("sources") or None), same

    def op_closeness(self, job):
        all_sources(job)
        # Per component; Wasserman and Faust's factor is put on afterwards.
        sizes = numpy.zeros(self.n)
        for part in self.g.connected_components("weak"):
            sizes[part] = len(part)
        self.fresh()
        return lambda: self.g.closeness(mode="in"), lambda c: numpy.nan_to_num(numpy.array(c)) * (sizes - 1) / (self.n - 1)

    def op_harmonic(self, job):
        all_sources(job)
        return lambda: self.g.harmonic_centrality(mode="in", normalized=False), same

    def op_eigenvector(self, job):
        self.undirected()
        return lambda: self.g.eigenvector_centrality(), same

    def op_hub(self, job):
        return lambda: self.g.hub_score(), same

    def op_core(self, job):
        self.undirected()
        return lambda: self.g.coreness(), same

    def op_wcc(self, job):
        return lambda: self.g.connected_components("weak"), lambda c: one(len(c))

    def op_scc(self, job):
        return lambda: self.g.connected_components("strong"), lambda c: one(len(c))

    def op_triangles(self, job):
        self.undirected()
        # The ratio of closed triples; it counts the triangles. Back to their number:
        degree = numpy.array(self.g.degree(), dtype=float)
        triples = (degree * (degree - 1) / 2).sum()
        return lambda: self.g.transitivity_undirected(mode="zero"), lambda t: one(round(t * triples / 3))

    def op_articulation(self, job):
        self.undirected()
        return lambda: self.g.articulation_points(), lambda p: one(len(p))

    def op_bridges(self, job):
        self.undirected()
        return lambda: self.g.bridges(), lambda b: one(len(b))

    def op_path_pair(self, job):
        return batch(lambda s, t: self.g.get_shortest_path(s, t), job["pairs"]), lambda ps: [len(p) - 1 for p in ps]

    def op_dijkstra_pair(self, job):
        call = lambda s, t: self.g.get_shortest_path(s, t, weights=self.w, output="epath", algorithm="dijkstra")
        return batch(call, job["pairs"]), lambda ps: [self.weights[p].sum() if p else -1 for p in ps]

    def op_yen(self, job):
        call = lambda s, t: self.g.get_k_shortest_paths(s, t, 10, mode="out", output="epath")
        return batch(call, job["pairs"]), lambda found: flat([[len(p) for p in ps] for ps in found])

    def op_yen_weighted(self, job):
        call = lambda s, t: self.g.get_k_shortest_paths(s, t, 10, mode="out", weights=self.w, output="epath")
        return batch(call, job["pairs"]), lambda found: flat([[self.weights[p].sum() for p in ps] for ps in found])

    def op_sssp(self, job):
        call = lambda s: self.g.distances(s, weights=self.w, algorithm="dijkstra")
        return batch(call, [[s] for s in job["sources"]]), lambda ds: numpy.concatenate([d[0] for d in ds])

    def op_maxflow(self, job):
        return batch(lambda s, t: self.g.maxflow_value(s, t, capacity=self.w), job["pairs"]), same

    def op_leiden(self, job):
        self.undirected()
        self.igraph.set_random_number_generator(__import__("random"))
        return lambda: self.g.community_leiden("modularity"), lambda c: c.membership

    def op_dismantle(self, job):
        def run():
            g, left, sizes = self.g.copy(), list(range(self.n)), []
            for _ in range(job["removals"]):
                scores = g.betweenness()
                worst = max(range(len(scores)), key=lambda v: (scores[v], -v))
                g.delete_vertices(worst)
                sizes.append(max(g.connected_components("weak").sizes(), default=0))
            return sizes

        return run, same


class Networkit(Peer):
    def build(self):
        import networkit

        self.nk = networkit
        networkit.setNumberOfThreads(2)
        self.g = self.graph(False)
        self.weighted = self.graph(True)

    def graph(self, weighted):
        g = self.nk.Graph(self.n, weighted=weighted, directed=self.directed)
        if weighted:
            g.addEdges((self.weights, (self.source.astype(numpy.uint64), self.target.astype(numpy.uint64))))
        else:
            g.addEdges((self.source.astype(numpy.uint64), self.target.astype(numpy.uint64)))
        return g

    def scores(self, make, array=same):
        def run():
            a = make()
            a.run()
            return a

        return run, lambda a: array(numpy.array(a.scores()))

    def halved(self, scores):
        return scores if self.directed else scores / 2

    def op_betweenness(self, job):
        sources = job.get("sources")
        if sources:
            return self.scores(lambda: self.nk.centrality.EstimateBetweenness(self.g, len(sources), normalized=False, parallel=True))
        return self.scores(lambda: self.nk.centrality.Betweenness(self.g), self.halved)

    def op_betweenness_weighted(self, job):
        sources = job.get("sources")
        if sources:
            return self.scores(lambda: self.nk.centrality.EstimateBetweenness(self.weighted, len(sources), normalized=False, parallel=True))
        return self.scores(lambda: self.nk.centrality.Betweenness(self.weighted), self.halved)

    def op_link_betweenness_weighted(self, job):
        return self.link_betweenness(job, self.weighted)

    def op_betweenness_sampled(self, job):
        n = self.n
        # In an undirected graph its scores are twice the share of all paths.
        pairs = n * (n - 1) if self.directed else n * (n - 1) / 4
        make = lambda: self.nk.centrality.KadabraBetweenness(self.g, err=job["error"], delta=0.1)
        def run():
            a = make()
            a.run()
            return a

        return run, lambda a: numpy.array(a.scores()) * pairs

    def op_link_betweenness(self, job):
        return self.link_betweenness(job, self.g)

    def link_betweenness(self, job, g):
        all_sources(job)
        if not g.hasEdgeIds():
            g.indexEdges()

        def run():
            a = self.nk.centrality.Betweenness(g, computeEdgeCentrality=True)
            a.run()
            return a

        def array(a):
            scores = numpy.array(a.edgeScores())
            return self.halved(scores[[g.edgeId(int(s), int(t)) for s, t in zip(self.source, self.target)]])

        return run, array

    def op_closeness(self, job):
        all_sources(job)
        variant = self.nk.centrality.ClosenessVariant.Generalized
        return self.scores(lambda: self.nk.centrality.Closeness(self.g, True, variant), lambda s: s)

    def op_harmonic(self, job):
        all_sources(job)
        return self.scores(lambda: self.nk.centrality.HarmonicCloseness(self.g, normalized=False))

    def op_eigenvector(self, job):
        return self.scores(lambda: self.nk.centrality.EigenvectorCentrality(self.g, tol=1e-9))

    def op_katz(self, job):
        return self.scores(lambda: self.nk.centrality.KatzCentrality(self.g, job["alpha"], 1.0, 1e-9))

    def op_pagerank(self, job):
        sinks = self.nk.centrality.SinkHandling.DistributeSinks

        def make():
            p = self.nk.centrality.PageRank(self.g, 0.85, 0, distributeSinks=sinks)
            p.maxIterations = 20
            return p

        return self.scores(make)

    def op_core(self, job):
        self.undirected()
        return self.scores(lambda: self.nk.centrality.CoreDecomposition(self.g))

    def parts(self, kind):
        def run():
            c = kind(self.g)
            c.run()
            return c

        return run, lambda c: one(c.numberOfComponents())

    def op_wcc(self, job):
        c = self.nk.components
        return self.parts(c.WeaklyConnectedComponents if self.directed else c.ParallelConnectedComponents)

    def op_scc(self, job):
        if not self.directed:
            raise Missing("for directed graphs only")
        return self.parts(self.nk.components.StronglyConnectedComponents)

    def op_triangles(self, job):
        self.undirected()
        if not self.g.hasEdgeIds():
            self.g.indexEdges()

        def run():
            t = self.nk.sparsification.TriangleEdgeScore(self.g)
            t.run()
            return t

        return run, lambda t: one(sum(t.scores()) / 3)

    def op_articulation(self, job):
        self.undirected()

        def run():
            b = self.nk.components.BiconnectedComponents(self.g)
            b.run()
            return b

        def array(b):
            seen, cut = set(), set()
            for part in b.getComponents():
                cut |= seen & set(part)
                seen |= set(part)
            return one(len(cut))

        return run, array

    def op_bridges(self, job):
        run, _ = self.op_articulation(job)
        return run, lambda b: one(sum(len(part) == 2 for part in b.getComponents()))

    def pair(self, kind, g):
        def run(s, t):
            p = kind(g, s, t, True)
            p.run()
            return p.getDistance()  # and let go of what it holds, as large as the graph

        return run

    def op_path_pair(self, job):
        call = self.pair(self.nk.distance.BidirectionalBFS, self.g)
        return batch(call, job["pairs"]), hops

    def op_dijkstra_pair(self, job):
        call = self.pair(self.nk.distance.BidirectionalDijkstra, self.weighted)
        return batch(call, job["pairs"]), hops

    def op_sssp(self, job):
        def run(s):
            d = self.nk.distance.Dijkstra(self.weighted, s, False)
            d.run()
            return d

        return batch(run, [[s] for s in job["sources"]]), lambda ds: numpy.concatenate([hops(numpy.array(d.getDistances()), numpy.inf) for d in ds])

    def op_leiden(self, job):
        self.undirected()

        def run():
            a = self.nk.community.ParallelLeiden(self.g)
            a.run()
            return a

        return run, lambda a: a.getPartition().getVector()


def hops(distance, none=-1):
    """NetworKit's distance where there is no path is the greatest number."""
    return numpy.where(numpy.asarray(distance) > 1e300, none, distance)


class Rustworkx(Peer):
    def build(self):
        import rustworkx

        self.rx = rustworkx
        self.g = rustworkx.PyDiGraph() if self.directed else rustworkx.PyGraph(multigraph=False)
        self.g.add_nodes_from(range(self.n))
        self.g.extend_from_weighted_edge_list(list(zip(self.source.tolist(), self.target.tolist(), self.weights.tolist())))

    def ordered(self, scores):
        return [scores[v] for v in range(self.n)]

    def op_betweenness(self, job):
        all_sources(job)
        return lambda: self.rx.betweenness_centrality(self.g, normalized=False), self.ordered

    def op_link_betweenness(self, job):
        all_sources(job)
        return lambda: self.rx.edge_betweenness_centrality(self.g, normalized=False), lambda s: [s[e] for e in range(self.m)]

    def op_closeness(self, job):
        all_sources(job)
        return lambda: self.rx.closeness_centrality(self.g, wf_improved=True), self.ordered

    def op_core(self, job):
        self.undirected()
        return lambda: self.rx.core_number(self.g), self.ordered

    def op_wcc(self, job):
        if self.directed:
            return lambda: self.rx.number_weakly_connected_components(self.g), one
        return lambda: self.rx.number_connected_components(self.g), one

    def op_scc(self, job):
        if not self.directed:
            raise Missing("for directed graphs only")
        return lambda: self.rx.number_strongly_connected_components(self.g), one

    def op_articulation(self, job):
        self.undirected()
        return lambda: self.rx.articulation_points(self.g), lambda p: one(len(p))

    def op_bridges(self, job):
        self.undirected()
        return lambda: self.rx.bridges(self.g), lambda b: one(len(b))


class Scipy(Peer):
    def build(self):
        from scipy import sparse
        from scipy.sparse import csgraph

        self.csgraph, self.sparse = csgraph, sparse
        shape = (self.n, self.n)
        source, target, weights = self.source, self.target, self.weights
        if not self.directed:  # both ways
            source, target, weights = (numpy.concatenate(p) for p in ((source, target), (target, source), (weights, weights)))
        self.w = sparse.csr_array((weights, (source, target)), shape=shape)
        self.a = sparse.csr_array((numpy.ones(len(source)), (source, target)), shape=shape)
        self.capacity = self.w.astype(numpy.int32)

    def op_wcc(self, job):
        return lambda: self.csgraph.connected_components(self.a, directed=self.directed, connection="weak"), lambda c: one(c[0])

    def op_scc(self, job):
        if not self.directed:
            raise Missing("for directed graphs only")
        return lambda: self.csgraph.connected_components(self.a, connection="strong"), lambda c: one(c[0])

    def op_pagerank(self, job):
        out = numpy.asarray(self.a.sum(axis=1)).ravel()
        sinks = out == 0
        share = numpy.where(sinks, 0, 1 / numpy.maximum(out, 1))
        back = self.sparse.csr_array(self.a.T)

        def run():
            x = numpy.full(self.n, 1 / self.n)
            for _ in range(20):
                x = 0.85 * (back @ (x * share)) + (0.15 + 0.85 * x[sinks].sum()) / self.n
            return x

        return run, same

    def op_triangles(self, job):
        self.undirected()
        entries = int((numpy.diff(self.a.indptr).astype(numpy.int64) ** 2).sum())
        if entries > 500_000_000:
            raise Missing(f"the square of the matrix may have {entries} entries")
        return lambda: (self.a @ self.a).multiply(self.a).sum(), lambda s: one(s / 6)

    def op_sssp(self, job):
        call = lambda s: self.csgraph.dijkstra(self.w, indices=s)
        return batch(call, [[s] for s in job["sources"]]), numpy.concatenate

    def op_yen(self, job):
        call = lambda s, t: self.csgraph.yen(self.a, s, t, 10, unweighted=True)
        return batch(call, job["pairs"]), flat

    def op_yen_weighted(self, job):
        return batch(lambda s, t: self.csgraph.yen(self.w, s, t, 10), job["pairs"]), flat

    def op_maxflow(self, job):
        call = lambda s, t: self.csgraph.maximum_flow(self.capacity, s, t)
        return batch(call, job["pairs"]), lambda fs: [f.flow_value for f in fs]


def main():
    kind = {"igraph": Igraph, "networkit": Networkit, "rustworkx": Rustworkx, "scipy": Scipy}[sys.argv[1]]
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    peer = kind()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "load" in request:
                peer = kind()
                peer.load(request["load"])
                answer = {}
            else:
                answer = peer.run(request)
        except Missing as why:
            answer = {"missing": str(why)}
        except Exception as err:
            answer = {"error": "%s: %s" % (type(err).__name__, err)}
        print(json.dumps(answer), file=out, flush=True)


main()
