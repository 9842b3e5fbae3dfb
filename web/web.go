// Package web holds the pages for people, the start page at / and the GraphQL console
// at /graphiql, as Vite built them, and serves them. It loads nothing from elsewhere.
//
// The built files are committed, gzipped, under dist, so that Go alone builds the
// service. Whoever changes a page needs Node and runs `make web`.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed all:dist
var dist embed.FS

// Policies that say from where a page may take what. Both begin with nothing at all,
// and none allows eval or a script that is not a file of ours.
const (
	nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

	// startPolicy: own scripts and styles, the icon, and requests to this server. No
	// string becomes HTML or script (Trusted Types), since the page shows what sources
	// wrote.
	startPolicy = nothing + "; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'" +
		"; require-trusted-types-for 'script'; trusted-types 'none'"

	// consolePolicy: as above, and for the editor Monaco
	//   - worker-src 'self': it checks documents and JSON in workers, which are files of ours;
	//   - style-src 'unsafe-inline': it writes style elements and attributes for each line;
	//   - font-src: its icons are a font in a file, GraphiQL's text fonts are in data: URLs;
	//   - img-src data:: squiggles under errors are such images.
	consolePolicy = nothing + "; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'" +
		"; font-src 'self' data:; img-src 'self' data:; connect-src 'self'"

	// assetPolicy holds for an asset that is opened by itself and for workers, which
	// have a policy of their own: they load more of our scripts and ask nobody.
	assetPolicy = nothing + "; script-src 'self'"
)

// Start serves the start page.
func Start() http.Handler { return page("index.html", startPolicy) }

// Console serves the GraphQL console.
func Console() http.Handler { return page("graphiql/index.html", consolePolicy) }

// Assets serves what the pages load, below /assets/. The name of each file changes
// with its content, so it can be kept for ever.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := files()[strings.TrimPrefix(path.Clean(r.URL.Path), "/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		f.serve(w, r, assetPolicy, "public, max-age=31536000, immutable")
	})
}

// page serves a document, which the browser asks for anew each time: it names the
// assets of this version.
func page(name, policy string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		files()[name].serve(w, r, policy, "no-cache")
	})
}

// file is a built file.
type file struct {
	gzipped []byte
	media   string
	tag     string
}

// files reads the built files once, by their path without .gz.
var files = sync.OnceValue(func() map[string]file {
	found := map[string]file{}
	for _, dir := range []string{"dist", "dist/graphiql", "dist/assets"} {
		entries, err := dist.ReadDir(dir)
		if err != nil {
			panic(err) // embedded
		}
		for _, e := range entries {
			if e.IsDir() {
				continue
			}
			name := path.Join(dir, e.Name())
			body, err := dist.ReadFile(name)
			if err != nil {
				panic(err)
			}
			sum := sha256.Sum256(body)
			name = strings.TrimSuffix(strings.TrimPrefix(name, "dist/"), ".gz")
			found[name] = file{gzipped: body, media: mediaType(name), tag: hex.EncodeToString(sum[:12])}
		}
	}
	return found
})

// mediaType names the types here, since those of the machine's tables differ.
func mediaType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".md":
		return "text/plain; charset=utf-8"
	case ".ttf":
		return "font/ttf"
	default: // .html, .css, .svg: built into Go
		return mime.TypeByExtension(ext)
	}
}

func (f file) serve(w http.ResponseWriter, r *http.Request, policy, cache string) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", cache)
	h.Set("Vary", "Accept-Encoding")
	body, tag := f.gzipped, `"`+f.tag+`-gz"`
	zipped := acceptsGzip(r.Header.Get("Accept-Encoding"))
	if !zipped {
		body, tag = f.plain(), `"`+f.tag+`"`
	}
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.media)
	if zipped {
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// plain unpacks a file for the rare client that does not.
func (f file) plain() []byte {
	z, err := gzip.NewReader(bytes.NewReader(f.gzipped))
	if err != nil {
		panic(err) // embedded, and tested
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic(err)
	}
	return text
}

func acceptsGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, quality, _ := strings.Cut(strings.ReplaceAll(part, " ", ""), ";q=")
		if strings.EqualFold(coding, "gzip") || coding == "*" {
			return strings.Trim(quality, "0.") != "" || quality == ""
		}
	}
	return false
}
