package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/web"
)

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var reference = regexp.MustCompile(`(?:src|href)="(/assets/[^"]*|[^"/][^"]*|//[^"]*)"`)

func TestPagesNameTheirAssetsAndNothingElsewhere(t *testing.T) {
	for name, page := range map[string]http.Handler{"start": web.Start(), "console": web.Console()} {
		w := get(page, "/")
		if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		named := reference.FindAllStringSubmatch(w.Body.String(), -1)
		if len(named) < 2 {
			t.Errorf("%s names %d assets", name, len(named))
		}
		for _, n := range named {
			if asset := get(web.Assets(), n[1]); asset.Code != 200 {
				t.Errorf("%s names %s: %d", name, n[1], asset.Code)
			}
		}
		if strings.Contains(w.Body.String(), "<style") || regexp.MustCompile(`<script[^>]*>[^<]`).MatchString(w.Body.String()) {
			t.Errorf("%s has a script or style in the page, which its policy forbids", name)
		}
	}
}

func TestPoliciesAllowNoForeignSourceNoEvalAndNoInlineScript(t *testing.T) {
	for name, page := range map[string]http.Handler{"start": web.Start(), "console": web.Console()} {
		policy := get(page, "/").Header().Get("Content-Security-Policy")
		for directive := range strings.SplitSeq(policy, "; ") {
			words := strings.Fields(directive)
			for _, source := range words[1:] {
				ok := source == "'none'" || source == "'self'" ||
					name == "console" && (words[0] == "style-src" && source == "'unsafe-inline'" || (words[0] == "font-src" || words[0] == "img-src") && source == "data:") ||
					name == "start" && words[0] == "require-trusted-types-for" && source == "'script'"
				if !ok {
					t.Errorf("%s: %s allows %s", name, words[0], source)
				}
			}
		}
		if !strings.HasPrefix(policy, "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'") {
			t.Errorf("%s: %s", name, policy)
		}
	}
}

func TestAssetsAreTypedTaggedAndKept(t *testing.T) {
	entries, err := os.ReadDir("dist/assets")
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]string{"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml", "ttf": "font/ttf", "md": "text/plain; charset=utf-8"}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".gz")
		path := "/assets/" + name
		zipped := get(web.Assets(), path, "Accept-Encoding", "br, gzip;q=0.8")
		plain := get(web.Assets(), path)
		h := zipped.Header()
		if want := types[name[strings.LastIndex(name, ".")+1:]]; want == "" || h.Get("Content-Type") != want {
			t.Errorf("%s is %q", name, h.Get("Content-Type"))
		}
		if h.Get("Content-Encoding") != "gzip" || h.Get("Vary") != "Accept-Encoding" || h.Get("Cache-Control") != "public, max-age=31536000, immutable" ||
			h.Get("Cross-Origin-Resource-Policy") != "same-origin" || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", name, h)
		}
		z, err := gzip.NewReader(zipped.Body)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if text, err := io.ReadAll(z); err != nil || !bytes.Equal(text, plain.Body.Bytes()) || plain.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s: gzipped and plain differ: %v", name, err)
		}
		if h.Get("ETag") == plain.Header().Get("ETag") {
			t.Errorf("%s: two bodies with one tag", name)
		}
		again := get(web.Assets(), path, "Accept-Encoding", "gzip", "If-None-Match", "W/"+h.Get("ETag")+`, "other"`)
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s: %d with the same tag", name, again.Code)
		}
	}
	for _, path := range []string{"/assets/", "/assets/nothing.js", "/assets/licenses.md.gz", "/assets/../web.go"} {
		if w := get(web.Assets(), path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := get(web.Assets(), "/assets/licenses.md", "Accept-Encoding", "gzip;q=0, identity"); w.Header().Get("Content-Encoding") != "" || !strings.Contains(w.Body.String(), "MIT") {
		t.Error("the licences are not readable as text")
	}
}

// The lock file says by checksum what is installed, and names no registry: whoever
// installs uses their own.
func TestLockFileNamesNoRegistry(t *testing.T) {
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	if hosts := regexp.MustCompile(`"resolved": "https?://[^"]*"`).FindAllString(string(lock), 3); hosts != nil {
		t.Errorf("the lock file names %v; install with omit-lockfile-registry-resolved", hosts)
	}
	if !strings.Contains(string(lock), `"integrity": "sha512-`) {
		t.Error("the lock file has no checksums")
	}
	exact, err := os.ReadFile("package.json")
	if err != nil {
		t.Fatal(err)
	}
	if loose := regexp.MustCompile(`"[^"]+": "[\^~][^"]*"`).FindAllString(string(exact), 3); loose != nil {
		t.Errorf("versions are not exact: %v", loose)
	}
}

// The start page was built with the very documents that a server held to a list answers.
func TestOperationsAreThoseOfTheBuiltPage(t *testing.T) {
	script := regexp.MustCompile(`/assets/start-[^"]*\.js`).FindString(get(web.Start(), "/").Body.String())
	built := get(web.Assets(), script).Body.String()
	documents := web.Operations()
	for _, document := range documents {
		quoted, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(built, "`"+document+"`") && !strings.Contains(built, string(quoted)) {
			t.Errorf("the built page lacks %s", document)
		}
	}
	if n := strings.Count(built, "`query ") + strings.Count(built, "`# "); n > len(documents) {
		t.Errorf("the built page has %d documents, of which %d are known", n, len(documents))
	}
}
