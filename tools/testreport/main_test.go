package main

import (
	"strings"
	"testing"
)

func TestReportSaysWhatFailedAndWhatWasLeftOut(t *testing.T) {
	const events = `{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: want 1, got 2\n"}
{"Action":"fail","Package":"p","Test":"TestA","Elapsed":0}
{"Action":"pass","Package":"p","Test":"TestB","Elapsed":0}
{"Action":"output","Package":"p","Test":"TestC","Output":"=== RUN   TestC\n"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:9: no reference data\n"}
{"Action":"skip","Package":"p","Test":"TestC","Elapsed":0}
{"Action":"output","Package":"p","Output":"FAIL\n"}
{"Action":"fail","Package":"p","Elapsed":0.1}
`
	var out strings.Builder
	r := &report{out: &out, output: map[[2]string]*strings.Builder{}}
	if err := r.read(strings.NewReader(events)); err != nil {
		t.Fatal(err)
	}
	if r.summarize() {
		t.Error("a failure was reported as success")
	}
	for _, want := range []string{"want 1, got 2", "TestC in p: c_test.go:9: no reference data", "Failed packages: p", "1 passed, 1 failed, 1 skipped"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("report lacks %q:\n%s", want, out.String())
		}
	}
}

func TestNothingRunIsNoSuccess(t *testing.T) {
	r := &report{out: &strings.Builder{}}
	if r.summarize() {
		t.Error("no test at all was reported as success")
	}
}
