package main

import (
	"context"
	"os"

	"github.com/dustin/go-humanize"

	"github.com/chokepoint/chokepoint/store/sqlite"
)

type backupCommand struct {
	place
	File string `arg:"" type:"path" help:"The file to write; it must not exist."`
}

// Run copies a store and checks the copy. A server may hold the store and go on.
func (c *backupCommand) Run(ctx context.Context, p *program) error {
	path, err := c.path()
	if err != nil {
		return err
	}
	revision, err := sqlite.Backup(ctx, path, c.File)
	if err != nil {
		return err
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	p.printf("%s holds revision %d of %s, checked (%s). It contains everything, whatever the markings: keep it as you keep the store.\n",
		c.File, revision, c.Store, humanize.IBytes(uint64(info.Size())))
	return nil
}

type restoreCommand struct {
	place
	File string `arg:"" type:"existingfile" help:"The backup."`
}

// Run makes a store of a backup; it never overwrites.
func (c *restoreCommand) Run(ctx context.Context, p *program) error {
	path, err := c.path()
	if err != nil {
		return err
	}
	revision, err := sqlite.Restore(ctx, c.File, path)
	if err != nil {
		return err
	}
	p.printf("%s holds revision %d of the backup, checked.\n", c.Store, revision)
	return nil
}
