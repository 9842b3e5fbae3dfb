# Commands of Chokepoint. `make` prints them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
export CGO_ENABLED ?= 0

.PHONY: help test check race lint generated tidy mutants web web-check bench bench-peers run neo4j

help: ## print this help
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

# The Neo4j servers are started once for all packages, which take turns with their
# databases and so may wait long. NEO4J=5.26.30 is quicker than all versions.
test: ## unit, conformance and end-to-end tests, with one summary at the end
	@go vet ./...
	@go run ./tools/neo4j run $(if $(NEO4J),-versions $(NEO4J)) -- go test -timeout 30m -json ./... | go run ./tools/testreport

check: generated tidy lint web-check mutants race ## what a change must pass besides the tests

# The C of SQLite is left unwatched: it takes most of the time and locks by itself. No
# more than that package: generic code is shared, and made without the detector in one
# package (libc) it hides what orders the others. -short leaves out the tests on Neo4j
# and in the browser, which take long and run with the others.
race: ## the tests again, under the race detector (needs a C compiler)
	@CGO_ENABLED=1 go test -race -gcflags=modernc.org/sqlite/lib=-race=false -short -json ./... | go run ./tools/testreport

lint: ## golangci-lint, built from its own module
	@gofmt -l $$(git ls-files '*.go') | { ! grep .; }
	@go tool -modfile=tools/lint/go.mod golangci-lint run

generated: ## fail if a generated file is out of date
	@go run ./resolvers/generate -check

tidy: ## fail if go.mod or go.sum is not tidy
	@go mod tidy -diff
	@go mod verify >/dev/null

mutants: ## plant leaks and see that the non-interference test catches each
	@go run ./tools/mutants

web: ## build the pages under web/ into web/dist, to be committed (needs Node 20.19 or later)
	@go run ./tools/web

web-check: ## fail if web/dist is not what web/ makes, byte for byte (needs Node too)
	@go run ./tools/web -check

bench: ## the benchmarks of docs/benchmarks.md
	@go run ./bench

# For a part of it, say: make bench-peers OPS=wcc,pagerank GRAPHS=rmat16 PEERS=igraph BUDGET=20s
bench-peers: ## the kernels beside igraph, NetworKit, rustworkx, SciPy and GDS (Python 3, Maven, Java)
	@go run ./bench/peers $(if $(OPS),-ops $(OPS)) $(if $(GRAPHS),-graphs $(GRAPHS)) $(if $(PEERS),-peers $(PEERS)) $(if $(BUDGET),-budget $(BUDGET)) \
		$(if $(OPS)$(GRAPHS)$(PEERS),,-into docs/benchmarks.md)

neo4j: ## a Neo4j server for development at bolt://127.0.0.1:7687, until Ctrl-C
	@go run ./tools/neo4j start $(if $(NEO4J),-version $(NEO4J))

run: ## the demo
	@go run ./cmd/chokepoint demo
