package sqlite

import "context"

// SchemaVersion returns the version of the file's form, which [Open] has brought to
// the newest that this program knows.
func (d *Driver) SchemaVersion(ctx context.Context) (version int, err error) {
	if err := d.usable(ctx); err != nil {
		return 0, err
	}
	err = d.readers.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	return version, failure(ctx, err)
}
