package neo4j

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
)

// This file proves that no byte of a user becomes part of a statement, in the
// three packages that talk to Neo4j. What a server is asked must be a constant or of
// type cypher; of that type is what cypher.go makes, and constants. Whatever
// cypher.go makes in this package it makes from the ontology: nothing that takes
// texts is called from other files. (That of ingest/neo4j takes names of somebody's
// database, and has tests that no name gets out of its quotes.)

// source is one file of a package.
type source struct{ name, text string }

// lint returns the violations in a package. closed says that its cypher.go must not
// be given texts by other files.
func lint(t *testing.T, sources []source, closed bool) []string {
	t.Helper()
	l := &linter{files: token.NewFileSet(), closed: closed, makers: map[types.Object]*ast.FuncDecl{}, info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}}}
	var parsed []*ast.File
	for _, s := range sources {
		f, err := parser.ParseFile(l.files, s.name, s.text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, f)
	}
	// What other packages declare need not be known: texts and constants are ours.
	config := types.Config{Importer: hollow{}, Error: func(error) {}}
	config.Check("linted", l.files, parsed, l.info) // the errors are about other packages
	for _, f := range parsed {
		l.collect(f)
	}
	for _, f := range parsed {
		l.file(f)
	}
	slices.Sort(l.violations)
	return l.violations
}

// hollow imports every package as an empty one.
type hollow struct{}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

func (hollow) Import(name string) (*types.Package, error) {
	base := path.Base(name)
	if majorVersion.MatchString(base) {
		base = path.Base(path.Dir(name))
	}
	p := types.NewPackage(name, base)
	p.MarkComplete()
	return p, nil
}

type linter struct {
	files      *token.FileSet
	info       *types.Info
	closed     bool
	makers     map[types.Object]*ast.FuncDecl // functions of cypher.go
	violations []string
}

func (l *linter) found(at ast.Node, text string) {
	p := l.files.Position(at.Pos())
	l.violations = append(l.violations, fmt.Sprintf("%s:%d: %s", filepath.Base(p.Filename), p.Line, text))
}

func (l *linter) home(at ast.Node) bool {
	return filepath.Base(l.files.Position(at.Pos()).Filename) == "cypher.go"
}

func (l *linter) file(f *ast.File) {
	called := map[ast.Expr]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called[n.Fun] = true
			l.call(n)
		case *ast.SelectorExpr:
			if asks(n) > 0 && !called[n] {
				l.found(n, n.Sel.Name+" is used as a value")
			}
		case *ast.BinaryExpr:
			if n.Op == token.ADD && l.cypher(n) && !l.constant(n) && !l.home(n) {
				l.found(n, "a statement is put together")
			}
		case *ast.AssignStmt:
			if n.Tok == token.ADD_ASSIGN && l.cypher(n.Lhs[0]) && !l.home(n) {
				l.found(n, "a statement is put together")
			}
		case *ast.TypeSpec:
			if id, is := n.Type.(*ast.Ident); is && id.Name == "cypher" {
				l.found(n, "another name for cypher")
			}
		}
		return true
	})
}

// asks returns the position of the statement among the arguments of a method that
// asks the server, 0 if it is none.
func asks(s *ast.SelectorExpr) int {
	switch s.Sel.Name {
	case "Run":
		return 1
	case "ExecuteQuery":
		return 2
	}
	return 0
}

func (l *linter) call(c *ast.CallExpr) {
	switch fun := ast.Unparen(c.Fun).(type) {
	case *ast.SelectorExpr:
		if i := asks(fun); i > 0 && (len(c.Args) <= i || !l.statement(c.Args[i])) {
			l.found(c, "the text is neither a constant nor of type cypher")
		}
		if x, is := fun.X.(*ast.Ident); is && l.home(c) && x.Name == "fmt" && fun.Sel.Name != "Errorf" {
			l.found(c, "fmt."+fun.Sel.Name)
		}
		l.given(c, fun.Sel)
	case *ast.Ident:
		if l.isCypher(l.info.Types[fun].Type) && l.info.Types[fun].IsType() && !l.constant(c.Args[0]) && !l.home(c) {
			l.found(c, "a text becomes a statement")
		}
		l.given(c, fun)
	case *ast.IndexExpr:
		if id, is := fun.X.(*ast.Ident); is {
			l.given(c, id)
		}
	}
}

// choosy are the functions of cypher.go that take kinds from elsewhere and leave out
// those that the ontology lacks: see TestKindsOfTheOntologyOnly.
var choosy = map[string]bool{"linkReaders": true}

// given finds texts that other files give to functions of cypher.go: these may take
// pointers to what the ontology says, and functions of cypher.go.
func (l *linter) given(c *ast.CallExpr, name *ast.Ident) {
	declared := l.makers[l.info.Uses[name]]
	if !l.closed || declared == nil || l.home(c) || choosy[name.Name] {
		return
	}
	for _, p := range declared.Type.Params.List {
		switch p.Type.(type) {
		case *ast.StarExpr, *ast.FuncType:
		default:
			l.found(c, name.Name+" of cypher.go is given a text")
			return
		}
	}
}

// collect notes the functions of cypher.go.
func (l *linter) collect(f *ast.File) {
	for _, d := range f.Decls {
		if declared, is := d.(*ast.FuncDecl); is && l.home(d) {
			l.makers[l.info.Defs[declared.Name]] = declared
		}
	}
}

// statement says whether an argument may be sent: a constant, or string(c) where c
// is of type cypher.
func (l *linter) statement(e ast.Expr) bool {
	if l.constant(e) {
		return true
	}
	c, is := ast.Unparen(e).(*ast.CallExpr)
	if !is || len(c.Args) != 1 {
		return false
	}
	id, is := c.Fun.(*ast.Ident)
	return is && id.Name == "string" && l.cypher(c.Args[0])
}

func (l *linter) constant(e ast.Expr) bool { return l.info.Types[e].Value != nil }

func (l *linter) cypher(e ast.Expr) bool { return l.isCypher(l.info.Types[e].Type) }

func (l *linter) isCypher(t types.Type) bool {
	named, is := t.(*types.Named)
	return is && named.Obj().Name() == "cypher" && named.Obj().Pkg().Path() == "linted"
}

func sourcesIn(t *testing.T, folder string) []source {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files in %s: %v", folder, err)
	}
	var list []source
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, source{filepath.Base(name), string(text)})
	}
	return list
}

func TestNoTextOfUsersInStatements(t *testing.T) {
	for folder, closed := range map[string]bool{".": true, "../../ingest/neo4j": false, "../../bolt": false} {
		for _, violation := range lint(t, sourcesIn(t, folder), closed) {
			t.Errorf("%s: %s", folder, violation)
		}
	}
}

func TestKindsOfTheOntologyOnly(t *testing.T) {
	readers := newStatements(words(t)).linkReaders([]graph.LinkKind{"OWNS", "X`]->() DETACH DELETE r //"})
	for _, text := range []cypher{readers.current, readers.asOf, readers.scan, readers.scanDataset} {
		if !strings.Contains(string(text), "`OWNS`") || strings.Contains(string(text), "DELETE") {
			t.Errorf("%s", text)
		}
	}
}

// planted is a file that belongs to this package, and does what must not be done.
const planted = `package neo4j
import ("context"; "fmt"; "github.com/neo4j/neo4j-go-driver/v5/neo4j")
type alias = cypher
func (d *Driver) bad(ctx context.Context, s neo4j.SessionWithContext, user string, k graph.Kind) {
	s.Run(ctx, "MATCH (n) RETURN n", nil)
	s.Run(ctx, user, nil)
	s.Run(ctx, "MATCH (n:" + user + ")", nil)
	s.Run(ctx, fmt.Sprintf("MATCH (n:%s)", user), nil)
	s.Run(ctx, string(cypher(user)), nil)
	s.Run(ctx, string([]byte(user)), nil)
	neo4j.ExecuteQuery(ctx, d, user, nil, nil)
	run := s.Run
	d.read(ctx, "op", cypher("MATCH "+user), nil)
	var text cypher = readSchema
	text += cypher(user)
	text = text + " RETURN 1"
	d.read(ctx, "op", text + "x", nil)
	d.statements.kind(graph.Kind(user))
	uniqueNode(user, "id")
	quoted(user)
	alternatives([]string{user})
}`

func TestLintFindsWhatIsPlanted(t *testing.T) {
	lines := strings.Split(planted, "\n")
	sources := append(sourcesIn(t, "."), source{"planted.go", planted})
	found := map[string]bool{}
	for _, violation := range lint(t, sources, true) {
		line, _, _ := strings.Cut(violation, ": ")
		found[line] = true
	}
	for i, line := range lines {
		innocent := i < 2 || i == 3 || i == 4 || i == len(lines)-1 || strings.Contains(line, "= readSchema")
		if where := fmt.Sprintf("planted.go:%d", i+1); found[where] == innocent {
			t.Errorf("%s: %q, found: %v", where, line, found[where])
		}
	}
	makers := append(sourcesIn(t, "."), source{"cypher.go", "package neo4j\nimport \"fmt\"\nfunc worse(user string) cypher { return cypher(fmt.Sprintf(\"MATCH (n:%s)\", user)) }"})
	if got := lint(t, makers, true); len(got) != 1 {
		t.Errorf("%q", got)
	}
}
