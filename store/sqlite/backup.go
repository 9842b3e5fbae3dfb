package sqlite

import "context"
import "github.com/chokepoint/chokepoint/graph"

func (d *Driver) Backup(ctx context.Context, path string) (graph.Revision, error) { return 0, nil }
func (d *Driver) Check(ctx context.Context) ([]string, error)                     { return nil, nil }
