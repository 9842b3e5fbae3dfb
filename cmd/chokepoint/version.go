package main

import (
	"runtime"
	"runtime/debug"
)

type versionCommand struct{}

// Run prints the version of the module and the revision that it was built from.
func (versionCommand) Run(p *program) error { //nolint:unparam // every command returns an error
	p.printf("chokepoint %s\n", version())
	return nil
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of an unknown build, " + runtime.Version()
	}
	text, changed := info.Main.Version, false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			text += " " + s.Value[:min(len(s.Value), 12)]
		case "vcs.modified":
			changed = s.Value == "true"
		}
	}
	if changed {
		text += " (changed)"
	}
	return text + " " + runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH
}
