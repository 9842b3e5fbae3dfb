package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// model is an expression for the text in one of the console's editors.
func model(name string) string {
	return fmt.Sprintf(`(globalThis.__MONACO?.editor.getModels().find((m) => m.uri.path.endsWith(%q))?.getValue() ?? "")`, name)
}

// answered waits for the answer that the console shows and returns it.
func (b *browser) answered() (data map[string]any, errors []any) {
	b.t.Helper()
	b.waitFor(`(() => { try { return JSON.parse(` + model("response.json") + `) } catch { return false } })()`)
	var answer struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.Unmarshal([]byte(value[string](b, model("response.json"))), &answer); err != nil {
		b.t.Fatal(err)
	}
	return answer.Data, answer.Errors
}

const tabs = `document.querySelectorAll(".graphiql-tab")`

func TestConsoleOpensWithWorkedQueriesAndRunsThem(t *testing.T) {
	b := openBrowser(t, 1400, 900)
	address, stop := startDemo(t)
	defer stop()
	b.do(chromedp.Navigate(address + "/graphiql"))
	b.waitFor(tabs + `.length === 10`)
	b.waitFor(`document.querySelector(".graphiql-doc-explorer")?.textContent.includes("All Schema Types")`)
	b.waitFor(model("operation.graphql") + `.includes("query SupplyChokepoint")`)
	for i, q := range welcomeOf(t, address).Queries {
		b.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(tabs+`[%d].querySelector("button").click()`, i)))
		b.waitFor(model("operation.graphql") + `.includes("query ` + q.Name + `")`)
		b.waitFor(fmt.Sprintf(tabs+`[%d].textContent.includes(%q)`, i, q.Name))
		b.do(chromedp.Click(".graphiql-execute-button"))
		if data, errors := b.answered(); errors != nil || len(data) == 0 {
			t.Errorf("%s: %v", q.Name, errors)
		}
		if i == 0 {
			b.waitFor(`document.querySelector(".graphiql-response .view-lines")?.textContent.includes("marginalEffect")`)
			b.picture("answer")
		}
	}
	b.well()
}

func TestConsoleExplainsAndChecksWhileOneTypes(t *testing.T) {
	b := openBrowser(t, 1400, 900)
	address, stop := startDemo(t)
	defer stop()
	b.do(chromedp.Navigate(address + "/graphiql"))
	b.waitFor(`document.querySelector(".graphiql-doc-explorer")?.textContent.includes("All Schema Types")`)
	b.do(chromedp.Click(`//a[text()="Query"]`))
	b.waitFor(`document.querySelector(".graphiql-doc-explorer").textContent.includes("whose removal harms the network most")`)
	b.do(chromedp.Click(`//a[text()="chokepoints"]`))
	b.waitFor(`document.querySelector(".graphiql-doc-explorer").textContent.includes("How many to choose at most, 1 to 50")`)
	b.picture("docs")
	// The checks run in workers, which the policy must allow: none of the worked
	// queries has a mistake, and what is mistyped is marked.
	b.do(chromedp.Focus(chromedp.CSS(".graphiql-query-editor textarea")), chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)),
		chromedp.KeyEvent(kb.Delete), chromedp.KeyEvent("query Typed { datasets { nonsense"))
	b.waitFor(`globalThis.__MONACO.editor.getModelMarkers({}).some((m) => m.message.includes("nonsense"))`)
	b.picture("mistake")
	b.well()
}

func TestConsoleOpensLinks(t *testing.T) {
	b := openBrowser(t, 1400, 900)
	address, stop := startDemo(t)
	defer stop()
	link := url.Values{"query": {"query Linked($text: String!) { search(text: $text) { totalCount } }"}, "variables": {`{"text": "harbour"}`}}
	b.do(chromedp.Navigate(address + "/graphiql?" + link.Encode()))
	b.waitFor(tabs + `.length === 11`)
	b.waitFor(`document.querySelector(".graphiql-tab-active").textContent.includes("Linked")`)
	b.waitFor(model("variables.json") + `.includes("harbour")`)
	b.do(chromedp.Click(".graphiql-execute-button"))
	if data, errors := b.answered(); errors != nil || !strings.Contains(fmt.Sprint(data), "totalCount") {
		t.Errorf("%v %v", data, errors)
	}
	// The same link opens the same tab, not another.
	b.do(chromedp.Reload())
	b.waitFor(`document.querySelector(".graphiql-tab-active")?.textContent.includes("Linked")`)
	if n := value[int](b, tabs+".length"); n != 11 {
		t.Errorf("%d tabs after a reload", n)
	}
	b.well()
}

func TestConsoleFollowsChanges(t *testing.T) {
	b := openBrowser(t, 1400, 900)
	address, stop := startServer(t, "--store", "sqlite:"+filepath.Join(t.TempDir(), "d.db"))
	defer stop()
	link := url.Values{"query": {"subscription Follow { changes { at changes { outcome record { name } } } }"}}
	b.do(chromedp.Navigate(address + "/graphiql?" + link.Encode()))
	b.waitFor(model("operation.graphql") + `.includes("subscription Follow")`)
	b.waitFor(`document.querySelector(".graphiql-doc-explorer")?.textContent.includes("All Schema Types")`)
	b.do(chromedp.Click(chromedp.CSS(".graphiql-execute-button")))
	b.waitFor(`document.querySelector(".graphiql-execute-button").ariaLabel.startsWith("Stop")`)
	// It is told of writes from when the server has begun to listen.
	for n, deadline := 0, time.Now().Add(patience); value[string](b, model("response.json")) == ""; n++ {
		if time.Now().After(deadline) {
			b.picture("failed")
			t.Fatal("no change is shown")
		}
		write := fmt.Sprintf(`mutation { upsertRecords(input: {records: [{dataset: "d", key: "%d", kind: "Person", name: "Late"}]}) { created } }`, n)
		if _, errors := post(t, address, write, nil); errors != "" {
			t.Fatal(errors)
		}
		time.Sleep(200 * time.Millisecond)
	}
	if data, errors := b.answered(); errors != nil || !strings.Contains(fmt.Sprint(data), "Late") {
		t.Errorf("%v %v", data, errors)
	}
	b.picture("following")
	b.do(chromedp.Click(chromedp.CSS(".graphiql-execute-button")))
	b.well()
}
