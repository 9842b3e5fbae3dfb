// Command web builds the pages under web with Node and Vite and packs them into
// web/dist, which is committed. With -check it changes nothing and fails if what is
// committed is not what the sources make.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const (
	sources = "web"
	built   = "web/build"
	packed  = "web/dist"
)

func main() {
	check := flag.Bool("check", false, "compare with what is committed")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	if _, err := exec.LookPath("npm"); err != nil {
		return fmt.Errorf("building the pages needs Node 20.19 or later with npm: %w", err)
	}
	// No package runs a script of its own when it is installed.
	for _, command := range [][]string{{"npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"}, {"npm", "run", "build", "--silent"}} {
		c := exec.CommandContext(context.Background(), command[0], command[1:]...)
		c.Dir, c.Stdout, c.Stderr = sources, os.Stderr, os.Stderr
		if err := c.Run(); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(command, " "), err)
		}
	}
	files, err := read(built)
	if err != nil {
		return err
	}
	if check {
		return compare(files)
	}
	return pack(files)
}

// read returns the files below a folder by their path in it, unpacked.
func read(dir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	return files, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, filepath.FromSlash(dir)+string(filepath.Separator)))
		if strings.HasSuffix(name, ".gz") {
			if body, err = unzip(body); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
		}
		files[strings.TrimSuffix(name, ".gz")] = body
		return nil
	})
}

// compare looks at the contents, not at the packed bytes, which may change with the
// version of Go that packs them.
func compare(files map[string][]byte) error {
	committed, err := read(packed)
	if err != nil {
		return err
	}
	var differ []string
	for name, body := range files {
		if have, ok := committed[name]; !ok || !bytes.Equal(have, body) {
			differ = append(differ, name)
		}
	}
	for name := range committed {
		if _, ok := files[name]; !ok {
			differ = append(differ, name)
		}
	}
	slices.Sort(differ)
	if len(differ) > 0 {
		return fmt.Errorf("%s is not what %s makes; run `make web` and commit it: %s", packed, sources, strings.Join(differ, ", "))
	}
	fmt.Printf("%s is what %s makes: %d files\n", packed, sources, len(files))
	return nil
}

// pack replaces what is committed.
func pack(files map[string][]byte) error {
	if err := os.RemoveAll(packed); err != nil {
		return err
	}
	plain, zipped := 0, 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(packed, filepath.FromSlash(name)+".gz")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		body, err := zip(files[name])
		if err != nil {
			return err
		}
		if err := os.WriteFile(path, body, 0o644); err != nil {
			return err
		}
		plain, zipped = plain+len(files[name]), zipped+len(body)
	}
	fmt.Printf("%d files, %d kB, gzipped %d kB\n", len(files), plain/1000, zipped/1000)
	return nil
}

func zip(body []byte) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func unzip(body []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
