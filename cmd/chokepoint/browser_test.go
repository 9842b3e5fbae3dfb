package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// A browser is a headless Chromium that reaches nothing but this machine, with one
// page open. It notes everything that goes wrong in the page: a request that fails or
// goes elsewhere, a breach of the page's policy, an uncaught error.
type browser struct {
	t    testing.TB
	ctx  context.Context
	mu   sync.Mutex
	sent map[network.RequestID]string
	bad  []string
	axe  string // the script that audits a page
}

// patience is how long something in a page may take on a machine that is busy with
// other tests.
const patience = 3 * time.Minute

// chromium returns the path of a Chromium. Without one the test is left out, but fails
// under continuous integration.
func chromium(t testing.TB) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHOKEPOINT_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	const missing = "the pages are not tested in a browser: install Chromium (apt-get install chromium), or set CHOKEPOINT_CHROMIUM to its path"
	if os.Getenv("CI") != "" {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

func openBrowser(t testing.TB, width, height int) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("opens a browser; run without -short")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(chromium(t)), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(width, height),
		// The network is cut: no name is found, and only this machine has an address.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("force-device-scale-factor", "1"),
		chromedp.WSURLReadTimeout(patience),
	)
	silent := func(string, ...any) {} // events of a newer Chromium that nobody asks about
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	b := &browser{t: t, sent: map[network.RequestID]string{}}
	ctx, closePage := chromedp.NewContext(allocator, chromedp.WithErrorf(silent), chromedp.WithLogf(silent), chromedp.WithListener(b.watch))
	b.ctx = ctx
	t.Cleanup(func() {
		closePage()
		stop()
	})
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	for _, enable := range []cdp.Command[cdp.Empty, cdp.Empty]{log.Enable, runtime.Enable} {
		if err == nil {
			_, err = chromedp.Call(ctx, enable, cdp.Empty{})
		}
	}
	if err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return b
}

// watch notes what goes wrong.
func (b *browser) watch(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	note := func(format string, args ...any) { b.bad = append(b.bad, fmt.Sprintf(format, args...)) }
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.sent[e.RequestID] = e.Request.URL
		if address, err := url.Parse(e.Request.URL); err != nil || address.Scheme != "data" && address.Hostname() != "127.0.0.1" {
			note("asks %.200s", e.Request.URL)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled { // by the page, for an answer that it no longer wants
			note("%s fails: %s %s", b.sent[e.RequestID], e.ErrorText, e.BlockedReason)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			note("%s: %d", e.Response.URL, e.Response.Status)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level != log.EntryLevelInfo && e.Entry.Level != log.EntryLevelVerbose {
			note("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			text := []string{}
			for _, argument := range e.Args {
				text = append(text, string(argument.Value)+argument.Description)
			}
			note("console: %s", strings.Join(text, " "))
		}
	case *runtime.EventExceptionThrown:
		note("uncaught: %s", described(e.ExceptionDetails))
	}
}

func described(e *runtime.ExceptionDetails) string {
	if e.Exception != nil {
		return e.Text + " " + e.Exception.Description
	}
	return e.Text
}

// well fails the test for all that went wrong so far.
func (b *browser) well() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, text := range b.bad {
		b.t.Errorf("in the page: %s", text)
	}
	b.bad = nil
}

// do does something in the page. What takes longer than patience is
// not going to happen.
func (b *browser) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.failed(err)
	}
}

func (b *browser) failed(err error) {
	b.t.Helper()
	b.picture("failed")
	b.well()
	b.t.Fatal(err)
}

// waitFor waits until an expression is true in the page.
func (b *browser) waitFor(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	poll := chromedp.Poll[chromedp.Void]("!!("+expression+")", chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(0))
	if _, err := chromedp.Run(ctx, poll); err != nil {
		b.failed(fmt.Errorf("never true: %s: %w", expression, err))
	}
}

// value evaluates an expression in the page.
func value[T any](b *browser, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.failed(fmt.Errorf("%s: %w", expression, err))
	}
	return v
}

// look shows the page as wide as this, and light or dark.
func (b *browser) look(width int64, scheme string) {
	b.t.Helper()
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.failed(err)
	}
	b.do(chromedp.EmulateViewport(width, 900))
}

// slow makes every request of the page take so long.
func (b *browser) slow(latency time.Duration) {
	b.t.Helper()
	all := []*network.Conditions{{Latency: float64(latency.Milliseconds()), DownloadThroughput: -1, UploadThroughput: -1}}
	if _, err := chromedp.Call(b.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: all}); err != nil {
		b.failed(err)
	}
}

// picture writes a screenshot to the folder CHOKEPOINT_SCREENSHOTS, if that is set.
func (b *browser) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("CHOKEPOINT_SCREENSHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(b.t.Name(), "/", "-")+"-"+name+".png"), png, 0o644)
	}
	if err != nil {
		b.t.Error(err)
	}
}
