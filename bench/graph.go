package main

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// seed of everything that is drawn.
const seed = 20240301

func source(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// files are the tables of a graph.
type files struct {
	nodes, links string // a node list and an edge list
	alone        string // an edge list that names kinds of ends itself, without a node list
}

// nodesOf is how many nodes a graph of so many links has: a mean degree of 8.
func nodesOf(links int) int { return links / 4 }

// Kinds of nodes, by residue of the number: of eight nodes, three are people.
var nodeKinds = [8]string{"Person", "BankAccount", "Person", "Company", "Identifier", "Person", "BankAccount", "Identifier"}

// linkKind is the kind of link that goes from one kind to another.
func linkKind(from, to string, r *rand.Rand) string {
	switch {
	case from == "Person" && to == "Person":
		return []string{"COMMUNICATED_WITH", "COMMUNICATED_WITH", "ASSOCIATE_OF", "FAMILY_OF"}[r.IntN(4)]
	case to == "Identifier" && from != "Identifier":
		return "USES_IDENTIFIER"
	case to == "BankAccount" && from != "BankAccount" && from != "Identifier":
		return "HOLDS"
	case from == "Company" && to == "Person":
		return "EMPLOYS"
	case from == "Person" && to == "Company":
		return "DIRECTS"
	case from == "Identifier" && to == "Identifier":
		return "COMMUNICATED_WITH"
	}
	return "LINKED_TO"
}

// drawer draws links: half of the ends are drawn evenly, the others are ends of
// earlier links, so that degrees have the heavy tail of real networks.
type drawer struct {
	*rand.Rand
	nodes int
	ends  []int32
}

func newDrawer(links int) *drawer {
	return &drawer{Rand: source(1), nodes: nodesOf(links), ends: make([]int32, 0, 2*links)}
}

func (d *drawer) end() int {
	if len(d.ends) == 0 || d.IntN(2) == 0 {
		return d.IntN(d.nodes)
	}
	return int(d.ends[d.IntN(len(d.ends))])
}

func (d *drawer) pair() (from, to int) {
	for from = d.end(); ; {
		if to = d.end(); to != from {
			d.ends = append(d.ends, int32(from), int32(to))
			return from, to
		}
	}
}

func key(node int) string { return "n" + strconv.Itoa(node) }

var begin = time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)

// link returns the row of a link, without and with the kinds of its ends.
func (d *drawer) link() (row, alone string) {
	from, to := d.pair()
	fromKind, toKind := nodeKinds[from%8], nodeKinds[to%8]
	at := begin.Add(time.Duration(d.IntN(3*365*24*3600)) * time.Second).Format(time.RFC3339)
	amount, currency := "", ""
	if d.IntN(3) == 0 {
		amount, currency = fmt.Sprintf("%d.%02d", 10+d.IntN(90_000), d.IntN(100)), "USD"
	}
	row = fmt.Sprintf("%s,%s,%s,%s,%s,%s,0.%d", key(from), key(to), linkKind(fromKind, toKind, d.Rand), at, amount, currency, 5+d.IntN(5))
	return row, row + "," + fromKind + "," + toKind
}

// Words of names.
var (
	given  = []string{"Ana", "Bo", "Chidi", "Dolores", "Emre", "Farid", "Grace", "Hao", "Ines", "Jorge", "Katya", "Li", "Marta", "Noor", "Omar", "Pilar"}
	family = []string{"Abara", "Brandt", "Castillo", "Dvorak", "Espinoza", "Fischer", "Guerrero", "Haddad", "Ivanov", "Jensen", "Kline", "Lopez", "Mendoza", "Novak", "Ochoa", "Petrov"}
)

func node(i int, r *rand.Rand) string {
	kind := nodeKinds[i%8]
	var name string
	switch kind {
	case "Person":
		name = given[r.IntN(16)] + " " + family[r.IntN(16)]
	case "Company":
		name = family[r.IntN(16)] + " Trading " + strconv.Itoa(i)
	case "BankAccount":
		name = fmt.Sprintf("ACC-%010d", r.IntN(1e10))
	default:
		name = fmt.Sprintf("+52 55 %04d %04d", r.IntN(1e4), r.IntN(1e4))
	}
	return fmt.Sprintf("%s,%s,%s,%s,0.%d", key(i), kind, name, []string{"MX", "US", "CN", "CO"}[r.IntN(4)], 5+r.IntN(5))
}

// writeGraph writes the tables of a graph into a folder.
func writeGraph(dir string, links int) (files, error) {
	f := files{nodes: filepath.Join(dir, "nodes.csv"), links: filepath.Join(dir, "links.csv"), alone: filepath.Join(dir, "alone.csv")}
	r := source(2)
	err := writeRows(f.nodes, "id,kind,name,country,confidence", nodesOf(links), func(i int) string { return node(i, r) })
	d := newDrawer(links)
	err = errors.Join(err, writeRows(f.links, "from,to,kind,at,amount,currency,confidence", links, func(int) string { row, _ := d.link(); return row }))
	d = newDrawer(links)
	return f, errors.Join(err, writeRows(f.alone, "from,to,kind,at,amount,currency,confidence,from_kind,to_kind", links, func(int) string { _, row := d.link(); return row }))
}

func writeRows(path, header string, n int, row func(int) string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	say(w, "%s\n", header) // an error stays until Flush
	for i := range n {
		say(w, "%s\n", row(i))
	}
	return errors.Join(w.Flush(), f.Close())
}
