package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// measureDemo builds the program and measures from its start until it has printed
// its worked questions and says how to stop it.
func measureDemo(ctx context.Context, w *world) error {
	binary, err := w.built(ctx)
	if err != nil {
		return err
	}
	var times []float64
	for range max(w.rounds, 3) {
		took, err := demoOnce(ctx, binary)
		if err != nil {
			return err
		}
		times = append(times, took)
	}
	w.add(result{what: "demo: from the start to three answers", value: median(times), unit: "s", target: 5, atMost: true})
	return nil
}

// built builds the program.
func (w *world) built(ctx context.Context) (binary string, err error) {
	binary = filepath.Join(w.dir, "chokepoint")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/chokepoint/chokepoint/cmd/chokepoint")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return "", fmt.Errorf("build: %w", err)
	}
	return binary, nil
}

func demoOnce(ctx context.Context, binary string) (seconds float64, err error) {
	cmd := exec.CommandContext(ctx, binary, "demo", "--addr", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ready := false
	for lines := bufio.NewScanner(out); !ready && lines.Scan(); {
		ready = strings.Contains(lines.Text(), "Ctrl-C")
	}
	seconds = time.Since(begun).Seconds()
	_ = cmd.Process.Signal(os.Interrupt) // it may have ended already
	err = cmd.Wait()
	if !ready {
		return 0, errors.Join(errors.New("the demo ended before it was ready"), err)
	}
	return seconds, nil
}
