package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

//go:embed peers.py
var peersScript []byte

//go:embed requirements.txt
var requirements []byte

// python is a library of Python in a process of its own.
type python struct {
	library string
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	folder  string // for answers
}

// venv returns the Python of a virtual environment in the cache that has what
// requirements.txt lists, made if need be.
func venv(ctx context.Context, cache string) (string, error) {
	dir := filepath.Join(cache, "venv")
	interpreter, have := filepath.Join(dir, "bin", "python"), filepath.Join(dir, "requirements.txt")
	if old, err := os.ReadFile(have); err == nil && string(old) == string(requirements) {
		return interpreter, nil
	}
	wanted := filepath.Join(cache, "requirements.txt")
	if err := os.WriteFile(wanted, requirements, 0o644); err != nil {
		return "", err
	}
	for _, line := range [][]string{{"python3", "-m", "venv", dir}, {interpreter, "-m", "pip", "install", "-q", "-r", wanted}} {
		if out, err := exec.CommandContext(ctx, line[0], line[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%v: %w\n%s", line, err, out)
		}
	}
	return interpreter, os.WriteFile(have, requirements, 0o644)
}

func startPython(ctx context.Context, interpreter, library, folder string) (*python, error) {
	script := filepath.Join(folder, "peers.py")
	if err := os.WriteFile(script, peersScript, 0o644); err != nil {
		return nil, err
	}
	p := &python{library: library, folder: folder, cmd: exec.CommandContext(ctx, interpreter, script, library)}
	// Threads that wait must not take the cores of whoever runs next.
	p.cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=2", "OMP_WAIT_POLICY=passive")
	p.cmd.Stderr = os.Stderr
	p.cmd.WaitDelay = time.Second
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewReader(out)
	return p, p.cmd.Start()
}

func (p *python) name() string { return p.library }

func (p *python) load(_ context.Context, g *graph) error {
	o, err := p.ask(map[string]string{"load": g.file})
	if err != nil {
		return err
	}
	return o.err(p.library)
}

func (p *python) run(_ context.Context, j job) (outcome, error) {
	if j.Answer != "" {
		j.Answer = filepath.Join(p.folder, p.library+".answer")
	}
	o, err := p.ask(j)
	if err == nil {
		err = o.err(p.library)
	}
	if err == nil && j.Answer != "" {
		o.answer, err = readAnswer(j.Answer)
	}
	return o, err
}

func (p *python) ask(request any) (o outcome, err error) {
	text, err := json.Marshal(request)
	if err != nil {
		return o, err
	}
	if _, err := p.in.Write(append(text, '\n')); err != nil {
		return o, fmt.Errorf("%s has ended: %w", p.library, err)
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return o, fmt.Errorf("%s has ended: %w", p.library, err)
	}
	return o, json.Unmarshal(line, &o)
}

func (p *python) close() error { return errors.Join(p.in.Close(), p.cmd.Wait()) }

func readAnswer(path string) ([]float64, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	numbers := make([]float64, len(raw)/8)
	for i := range numbers {
		numbers[i] = math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:]))
	}
	return numbers, nil
}
