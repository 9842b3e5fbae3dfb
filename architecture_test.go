package chokepoint_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/chokepoint/chokepoint"

// room is a row of the table in ARCHITECTURE.md.
type room struct {
	name    string
	imports []string
	any     bool
}

func rooms(t *testing.T) map[string]room {
	t.Helper()
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]room{}
	quoted := regexp.MustCompile("`([^`]+)`")
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 5 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			continue
		}
		r := room{name: quoted.FindStringSubmatch(cells[1])[1], any: strings.TrimSpace(cells[3]) == "any"}
		for _, m := range quoted.FindAllStringSubmatch(cells[3], -1) {
			r.imports = append(r.imports, m[1])
		}
		found[r.name] = r
	}
	return found
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// The table of ARCHITECTURE.md names every package, and each imports only what its
// row allows. Test files may import more.
func TestPackagesImportWhatArchitectureAllows(t *testing.T) {
	allowed := rooms(t)
	short := func(path string) string {
		if path == module {
			return "."
		}
		return strings.TrimPrefix(path, module+"/")
	}
	for _, p := range packages(t) {
		name := short(p.ImportPath)
		r, ok := allowed[name]
		if !ok {
			t.Errorf("%s is not in the table of ARCHITECTURE.md", name)
			continue
		}
		delete(allowed, name)
		for _, path := range p.Imports {
			if (path == module || strings.HasPrefix(path, module+"/")) && !r.any && !slices.Contains(r.imports, short(path)) {
				t.Errorf("%s imports %s, which its row in ARCHITECTURE.md does not allow", name, short(path))
			}
		}
	}
	for name := range allowed {
		t.Errorf("ARCHITECTURE.md names %s, which does not exist", name)
	}
}

// The words of the domain and the algorithms need nothing but Go itself.
func TestKernelsImportOnlyTheStandardLibrary(t *testing.T) {
	kernels := []string{"graph", "graph/network", "graph/path", "graph/centrality", "graph/connectivity", "graph/flow", "graph/dismantle", "analysis"}
	for _, p := range packages(t) {
		if !slices.Contains(kernels, strings.TrimPrefix(p.ImportPath, module+"/")) {
			continue
		}
		for _, path := range p.Imports {
			if strings.Contains(strings.Split(path, "/")[0], ".") && !strings.HasPrefix(path, module+"/") {
				t.Errorf("%s imports %s", p.ImportPath, path)
			}
		}
	}
}
