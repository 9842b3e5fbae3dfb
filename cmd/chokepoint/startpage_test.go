package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/chokepoint/chokepoint/tools/reference"
)

// The page: a section by the name of its heading.
const (
	searchSection  = `document.querySelector("section[aria-labelledby=search]")`
	rankingSection = `document.querySelector("section[aria-labelledby=ranking]")`
	pathsSection   = `document.querySelector("section[aria-labelledby=paths]")`
	breaksSection  = `document.querySelector("section[aria-labelledby=breaks]")`
)

func says(section, text string) string {
	return fmt.Sprintf(`%s?.textContent.includes(%q)`, section, text)
}

// quiet is true when no answer is on its way.
const quiet = `document.querySelectorAll("[aria-busy=true]").length === 0`

// accessible runs axe-core in the page and fails for each violation.
func (b *browser) accessible(what string) {
	b.t.Helper()
	if b.axe == "" {
		script, err := reference.Command(b.ctx, b.t, "axe.mjs").Output()
		if err != nil {
			b.t.Fatal(err)
		}
		b.axe = string(script)
	}
	b.do(chromedp.Evaluate[chromedp.Void](b.axe + "; axe.run().then((r) => { globalThis.audited = r }); undefined"))
	b.waitFor("globalThis.audited")
	var found struct {
		Passes     int
		Violations []string
	}
	report := value[string](b, `JSON.stringify({passes: audited.passes.length, violations: audited.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + v.help + ": " + n.html + " " + n.failureSummary))})`)
	if err := json.Unmarshal([]byte(report), &found); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range found.Violations {
		b.t.Errorf("%s: %s", what, v)
	}
	if found.Passes < 15 {
		b.t.Errorf("%s: axe-core looked at %d rules alone", what, found.Passes)
	}
	b.do(chromedp.Evaluate[chromedp.Void]("delete globalThis.audited; undefined"))
}

func TestStartPageAnswersItsFourQuestions(t *testing.T) {
	b := openBrowser(t, 1200, 1000)
	address, stop := startDemo(t)
	defer stop()
	b.do(chromedp.Navigate(address))
	b.waitFor(says(`document.querySelector("dl")`, "7,924"))
	b.waitFor(says("document.body", "demo data, all of it made up") + " && " + says("document.body", ": import demo"))
	b.waitFor(says(rankingSection, "Exact, on 3,033 entities and 7,924 links."))
	b.waitFor(says(breaksSection, "Without these 3") + " && " + quiet)
	b.picture("opened")
	b.accessible("opened")

	// While an answer is on its way the last one stays, greyed, and it is said.
	b.slow(2 * time.Second)
	b.do(chromedp.Evaluate[chromedp.Void](`location.hash = "#measure=CORE"`))
	b.waitFor(says(rankingSection, "Ranking…") + ` && ` + rankingSection + `.querySelector(".stale")`)
	b.picture("loading")
	b.accessible("loading")
	b.slow(0)
	b.do(chromedp.Evaluate[chromedp.Void](`location.hash = ""`))
	b.waitFor(quiet)

	// Search as one types, from the keyboard alone.
	b.do(chromedp.KeyEvent("/"), chromedp.KeyEvent("huafeng"))
	b.waitFor(says(searchSection, "Huafeng Logistics Group Co., Ltd."))
	b.do(chromedp.KeyEvent(" xyzzy quux"))
	b.waitFor(says(searchSection, "Nothing here resembles"))
	b.do(chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent("montfordway"))
	b.waitFor(says(searchSection, "1 match"))

	// A view and a measure change the ranking.
	pick := func(section, value string) {
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => { const s = %s; s.value = %q; s.dispatchEvent(new Event("change", {bubbles: true})) })()`, section, value)))
	}
	pick(`document.querySelector(".view select")`, "MONEY")
	pick(rankingSection+`.querySelector("select")`, "BETWEENNESS")
	b.waitFor(says(rankingSection, "212 entities") + " && " + quiet)

	// Two ends, picked by keyboard, and the paths with the records behind each hop.
	b.do(chromedp.Evaluate[chromedp.Void](`[...` + pathsSection + `.querySelectorAll("button")].find((b) => b.textContent === "Show an example").click()`))
	b.waitFor(says(pathsSection, "2 hops") + " && " + says(pathsSection, " kg · 202") + " && " + quiet)
	b.do(chromedp.Evaluate[chromedp.Void](pathsSection + `.querySelector("summary").click()`))
	b.waitFor(pathsSection + `.querySelector("details[open] li").textContent.includes("demo")`)
	b.do(chromedp.Focus(chromedp.CSS(`section[aria-labelledby=paths] input[role=combobox]`)), chromedp.KeyEvent("winbrookway"))
	b.waitFor(`document.querySelector("[role=option][aria-selected=true]")?.textContent.includes("Winbrookway")`)
	b.picture("picking")
	b.accessible("picking")
	b.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Enter))
	b.waitFor(says(pathsSection, "No path in the view") + ` && ` + quiet)
	pick(`document.querySelector(".view select")`, "ALL")
	b.do(chromedp.Evaluate[chromedp.Void](pathsSection + `.querySelector("input[type=checkbox]").click()`))
	b.waitFor(says(pathsSection, "1. ") + " && " + quiet)

	// What breaks it, with a proof where there is one.
	pick(`document.querySelector(".view select")`, "MONEY")
	b.waitFor(says(breaksSection, "Account 326163716304") + " && " + says(breaksSection, "15,079") + " && " + says(breaksSection, "2,943") + " && " + says(breaksSection, "Proven") + " && " + quiet)
	b.picture("asked")
	b.accessible("asked")
	b.look(420, "dark")
	b.picture("dark-and-narrow")
	b.accessible("dark and narrow")
	if value[bool](b, "document.documentElement.scrollWidth > innerWidth") {
		t.Error("a narrow page must be scrolled sideways")
	}
	b.well()
}

// Each section has a permalink that shows the same again, and a link at which the
// console asks the very query.
func TestStartPageLinks(t *testing.T) {
	b := openBrowser(t, 1200, 1000)
	address, stop := startDemo(t)
	defer stop()
	b.do(chromedp.Navigate(address + "/#view=GOODS&measure=BETWEENNESS&text=huafeng&budget=2"))
	b.waitFor(says(searchSection, "1 match") + " && " + says(rankingSection, "154 entities") + " && " + says(breaksSection, "Without these 2") + " && " + quiet)
	links := func(section string) []string {
		return value[[]string](b, `[...`+section+`.querySelectorAll("nav a")].map((a) => a.href)`)
	}
	top := value[string](b, rankingSection+`.querySelector("tbody th").textContent`)
	permalink := links(rankingSection)[0]
	if !strings.HasSuffix(permalink, "#view=GOODS&measure=BETWEENNESS&show=ranking") {
		t.Errorf("the permalink is %s", permalink)
	}
	console := map[string]string{"Search": links(searchSection)[1], "Ranking": links(rankingSection)[1], "Breaks": links(breaksSection)[1]}
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(permalink))
	b.waitFor(rankingSection + `.querySelector("tbody th")?.textContent === ` + fmt.Sprintf("%q", top) + ` && document.activeElement.id === "ranking"`)
	for name, link := range console {
		b.do(chromedp.Navigate(link))
		b.waitFor(fmt.Sprintf(`document.querySelector(".graphiql-tab-active")?.textContent.includes(%q)`, name))
		b.waitFor(model("operation.graphql") + `.includes("query ` + name + `")`)
		b.do(chromedp.Click(chromedp.CSS(".graphiql-execute-button")))
		if data, errors := b.answered(); errors != nil || len(data) == 0 {
			t.Errorf("%s: %v", name, errors)
		}
	}
	b.well()
}

// An empty store, a server that is gone, a token that is not known: each is said, with
// what to do.
func TestStartPageSaysWhatIsWrong(t *testing.T) {
	b := openBrowser(t, 800, 900)
	store := "sqlite:" + filepath.Join(t.TempDir(), "d.db")
	nodes := filepath.Join(t.TempDir(), "n.csv")
	writeCSV(t, nodes, [][]string{{"id", "name", "markings"}, {"a", "Secret Works", "TLP:RED"}})
	mustRun(t, "import", "--store", store, "--dataset", "d", nodes)
	address, stop := startServer(t, "--store", store, "--viewer", "TLP:CLEAR", "--token", "chief=0123456789abcdef:TLP:RED")
	b.do(chromedp.Navigate(address))
	b.waitFor(says("document.body", "Nothing is loaded yet, or nothing that you may see"))
	b.picture("empty")
	b.accessible("empty")
	use := func(token string) {
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => { const d = document.querySelector("details.token"); d.open = true; d.querySelector("input").value = %q; d.querySelector("button").click() })()`, token)))
	}
	use("0123456789abcdef")
	b.waitFor(says("document.body", "You ask as chief") + " && " + says(rankingSection, "Secret Works"))
	b.well()
	// The console asks as the same viewer.
	b.do(chromedp.Navigate(value[string](b, rankingSection+`.querySelectorAll("nav a")[1].href`)))
	b.waitFor(model("operation.graphql") + `.includes("query Ranking")`)
	b.waitFor(says(`document.querySelector(".graphiql-logo")`, "as chief"))
	b.do(chromedp.Click(chromedp.CSS(".graphiql-execute-button")))
	if data, errors := b.answered(); errors != nil || !strings.Contains(fmt.Sprint(data), "Secret Works") {
		t.Errorf("the console does not ask as the viewer of the start page: %v %v", data, errors)
	}
	b.well()
	b.do(chromedp.Navigate(address))
	b.waitFor(says("document.body", "You ask as chief"))
	use("not a known token")
	b.waitFor(says(`document.querySelector("[role=alert]")`, "The bearer token is not known.") + ` && !` + says("document.body", "Secret Works"))
	if n := value[int](b, `document.querySelectorAll("[role=alert]").length`); n != 1 {
		t.Errorf("the unknown token is told %d times", n)
	}
	b.picture("unknown-token")
	b.accessible("unknown token")
	use("0123456789abcdef")
	b.waitFor(says(rankingSection, "Secret Works") + " && " + quiet)
	stop()
	b.do(chromedp.Focus(chromedp.CSS("input[type=search]")), chromedp.KeyEvent("secret"))
	b.waitFor(says(searchSection, "The server does not answer."))
	b.picture("gone")
	b.accessible("gone")
}

// The page shows a viewer what the API answers that viewer, and nothing else: its
// documents are the same for everybody.
func TestStartPageHoldsNoData(t *testing.T) {
	address, stop := startDemo(t)
	defer stop()
	for _, path := range []string{"/", "/graphiql"} {
		page := get(t, address+path)
		for _, q := range welcomeOf(t, address).Queries {
			if strings.Contains(page, url.QueryEscape(q.Title)) || strings.Contains(page, q.Title) {
				t.Errorf("%s has %q in its document", path, q.Title)
			}
		}
	}
	r, err := http.Get(address + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if policy := r.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "require-trusted-types-for 'script'") {
		t.Errorf("the policy is %s", policy)
	}
}

// In a large store the dearest question waits to be told.
func TestStartPageWaitsInALargeStore(t *testing.T) {
	b := openBrowser(t, 1200, 1000)
	store := "sqlite:" + filepath.Join(t.TempDir(), "d.db")
	links := filepath.Join(t.TempDir(), "l.csv")
	rows := [][]string{{"from", "to"}}
	for i := range 20_001 {
		rows = append(rows, []string{fmt.Sprint(i % 300), fmt.Sprint(300 + i%301)})
	}
	writeCSV(t, links, rows)
	mustRun(t, "import", "--store", store, "--dataset", "d", links)
	address, stop := startServer(t, "--store", store)
	defer stop()
	b.do(chromedp.Navigate(address))
	b.waitFor(says("document.body", "20,001") + " && " + says(breaksSection, "This may take a while") + " && " + quiet)
	b.do(chromedp.Evaluate[chromedp.Void](breaksSection + `.querySelector("button").click()`))
	b.waitFor(says(breaksSection, "Without these 3") + " && " + quiet)
	b.well()
}

// held writes a list of operations into a file.
func held(t testing.TB, operations map[string]string) (file string) {
	t.Helper()
	text, err := json.Marshal(operations)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "operations.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A server that is held to a list answers its start page; the console says so, offers
// the list and asks for nothing that is refused.
func TestPagesOfAServerHeldToAList(t *testing.T) {
	b := openBrowser(t, 1200, 900)
	store := "sqlite:" + filepath.Join(t.TempDir(), "d.db")
	links := filepath.Join(t.TempDir(), "l.csv")
	writeCSV(t, links, [][]string{{"from", "to"}, {"ann", "bob"}, {"bob", "cyd"}, {"cyd", "dan"}})
	mustRun(t, "import", "--store", store, "--dataset", "d", links)
	address, stop := startServer(t, "--store", store, "--persisted-queries", held(t, map[string]string{"who-1": "query Who { entities(first: 3) { totalCount } }"}))
	defer stop()
	b.do(chromedp.Navigate(address + "/#text=ann"))
	b.waitFor(says(`document.querySelector("dl")`, "datas") + " && " + says(searchSection, "1 match") + " && " + says(rankingSection, "Exact, on 4 entities") + " && " + says(breaksSection, "Without") + " && " + quiet)
	b.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll("button")].find((e) => e.textContent === "Show an example").click()`))
	b.waitFor(says(pathsSection, "hop") + " && " + quiet)
	b.do(chromedp.Evaluate[chromedp.Void](searchSection+`.querySelector("[aria-label^='Path from']").click()`),
		chromedp.Evaluate[chromedp.Void](rankingSection+`.querySelector("tr:last-of-type [aria-label^='Path to']").click()`))
	b.waitFor(says(pathsSection, "hop") + " && " + says("document.body", "Operations of the list") + " && " + quiet)
	b.picture("start")
	b.well()
	ranking := value[string](b, rankingSection+`.querySelectorAll("nav a")[1].href`)
	b.do(chromedp.Navigate(address + "/graphiql"))
	b.waitFor(model("operation.graphql") + `.includes("query Who")`)
	b.waitFor(says(`document.querySelector("#listed:not([hidden])")`, "operations of its list alone"))
	b.do(chromedp.Click(chromedp.CSS(".graphiql-execute-button")))
	if data, errors := b.answered(); errors != nil || !strings.Contains(fmt.Sprint(data), "totalCount:4") {
		t.Errorf("the listed operation: %v %v", data, errors)
	}
	b.waitFor(says(`document.querySelector(".graphiql-doc-explorer")`, "mutation: Mutation"))
	b.do(chromedp.Evaluate[chromedp.Void](`[...document.querySelectorAll(".graphiql-doc-explorer a")].find((e) => e.textContent === "Query").click()`))
	b.waitFor(says(`document.querySelector(".graphiql-doc-explorer")`, "centrality("))
	b.picture("console")
	b.do(chromedp.Navigate(ranking))
	b.waitFor(model("operation.graphql") + `.includes("query Ranking")`)
	b.do(chromedp.Click(chromedp.CSS(".graphiql-execute-button")))
	if data, errors := b.answered(); errors != nil || len(data) == 0 {
		t.Errorf("the query of the start page: %v %v", data, errors)
	}
	b.well()
}

// Whoever looks at the page is told of newer data and shown it, across a restart of
// the server, which nobody is troubled with.
func TestStartPageTellsOfNewerData(t *testing.T) {
	b := openBrowser(t, 1000, 700)
	store := "sqlite:" + filepath.Join(t.TempDir(), "d.db")
	address, stop := startServer(t, "--store", store)
	defer func() { stop() }()
	write := func(key string) {
		t.Helper()
		if _, errors := post(t, address, fmt.Sprintf(`mutation { upsertRecords(input: {records: [{dataset: "d", key: %q, kind: "Person", name: %q}]}) { created } }`, key, key), nil); errors != "" {
			t.Fatal(errors)
		}
	}
	const news, show = `document.querySelector(".news")`, `document.querySelector(".news button")`
	shown := func(records int) {
		t.Helper()
		b.waitFor(fmt.Sprintf(`[...document.querySelectorAll("dl div")].some((d) => d.textContent === "records%d") && !%s && `, records, show) + quiet)
	}
	b.do(chromedp.Navigate(address))
	b.waitFor(says("document.body", "Nothing is loaded yet"))
	// It is told of the first write from when the server has begun to listen.
	n := 0
	for deadline := time.Now().Add(patience); value[bool](b, `!`+show); n++ {
		if time.Now().After(deadline) {
			b.failed(fmt.Errorf("nothing is told of"))
		}
		write(fmt.Sprint("first-", n))
		time.Sleep(200 * time.Millisecond)
	}
	b.waitFor(says(`document.querySelector(".news [role=status]")`, "There is newer data."))
	b.do(chromedp.Evaluate[chromedp.Void](show + ".click()"))
	shown(n)
	if !value[bool](b, `document.activeElement === `+news) {
		t.Error("the focus is lost with the button")
	}
	// From then on nothing is missed: it listens from the revision that it shows.
	write("Late Arrival")
	b.waitFor(show)
	b.picture("told")
	b.accessible("told")
	b.look(420, "dark")
	b.picture("told-narrow")
	b.accessible("told, narrow and dark")
	b.do(chromedp.Focus(chromedp.CSS(".news button")), chromedp.KeyEvent(kb.Enter))
	shown(n + 1)
	b.waitFor(says(rankingSection, "Late Arrival"))
	b.well()

	stop()
	_, stop = startServer(t, "--store", store, "--addr", strings.TrimPrefix(address, "http://"))
	if value[int](b, `document.querySelectorAll("[role=alert]").length`) > 0 {
		t.Error("the page complains of a server that starts again")
	}
	write("After")
	b.waitFor(show)
	b.do(chromedp.Evaluate[chromedp.Void](show + ".click()"))
	shown(n + 2)
}
