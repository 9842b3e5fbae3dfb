package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"github.com/chokepoint/chokepoint/graph"
)

// A backup is a file of its own form, so that a flipped bit or a missing end is
// noticed wherever it is and its place can be named: a magic line, a head in JSON
// and then blocks, each a length, that many bytes of Zstandard, and the SHA-256 of
// everything before. An empty block ends the file.
const (
	backupMagic = "chokepoint backup 1\n"
	backupBlock = 1 << 20 // bytes of the store per block
	// maxBlock bounds what a length may say: a block that does not shrink grows a little.
	maxBlock = backupBlock + backupBlock/8 + 1024
)

type backupHead struct {
	Revision graph.Revision `json:"revision"`
	Size     int64          `json:"size"`
}

// Backup implements [store.Backuper]; see the function of that name.
func (d *Driver) Backup(ctx context.Context, path string) (graph.Revision, error) {
	if err := d.usable(ctx); err != nil {
		return 0, err
	}
	return backup(ctx, d.path, path)
}

// Backup copies the store in file to path, which must not exist, and returns the
// revision that the copy holds. The copy is made from one snapshot while others
// read and write, checked in full, and only then written to path. Unlike [Open]
// it does not mind another process that holds the store.
func Backup(ctx context.Context, file, path string) (graph.Revision, error) {
	if err := present(file, true); err != nil {
		return 0, err
	}
	if err := ours(file); err != nil {
		return 0, err
	}
	return backup(ctx, file, path)
}

func backup(ctx context.Context, from, path string) (revision graph.Revision, err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return 0, graph.Errorf(graph.Conflict, "%s exists already; a backup never overwrites", path)
	}
	folder, err := os.MkdirTemp(filepath.Dir(path), ".chokepoint-backup-")
	if err != nil {
		return 0, graph.Errorf(graph.Unavailable, "the folder of the backup cannot be written").Because(err)
	}
	defer os.RemoveAll(folder) //nolint:errcheck // only a copy
	file := filepath.Join(folder, "store.db")
	if err := snapshotTo(ctx, from, file); err != nil {
		return 0, failure(ctx, err)
	}
	if revision, err = verify(ctx, file); err != nil {
		return 0, err
	}
	packed := filepath.Join(folder, "packed")
	if err := pack(ctx, file, packed, revision); err != nil {
		return 0, medium(ctx, err)
	}
	return revision, medium(ctx, place(packed, path))
}

// snapshotTo writes a snapshot of a store to a new database.
func snapshotTo(ctx context.Context, from, file string) error {
	// A connection of its own: a driver's readers may not write, not even to another
	// file.
	pool, err := sql.Open("sqlite", dsn(from, false, false))
	if err != nil {
		return err
	}
	defer pool.Close() //nolint:errcheck // only read
	_, err = pool.ExecContext(ctx, "VACUUM INTO ?", file)
	return err
}

// verify opens a store and checks all of it.
func verify(ctx context.Context, file string) (graph.Revision, error) {
	d, err := Open(ctx, file, Options{MustExist: true})
	if err != nil {
		return 0, err
	}
	defer d.Close() //nolint:errcheck // only read
	findings, err := d.Check(ctx)
	if err != nil {
		return 0, err
	}
	if len(findings) > 0 {
		return 0, graph.Errorf(graph.Internal, "the copy is damaged: %s", findings[0])
	}
	return d.Head(ctx)
}

func pack(ctx context.Context, from, to string, revision graph.Revision) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer out.Close() //nolint:errcheck // closed below; this is for errors
	if err := packInto(ctx, in, out, backupHead{revision, info.Size()}); err != nil {
		return err
	}
	return errors.Join(out.Sync(), out.Close())
}

func packInto(ctx context.Context, in io.Reader, out io.Writer, head backupHead) error {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	sum := sha256.New()
	w := io.MultiWriter(out, sum)
	text, err := json.Marshal(head)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(append([]byte(backupMagic), text...), '\n')); err != nil {
		return err
	}
	block, packed := make([]byte, backupBlock), []byte(nil)
	for {
		n, err := io.ReadFull(in, block)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		packed = binary.BigEndian.AppendUint32(packed[:0], 0)
		if n > 0 {
			packed = encoder.EncodeAll(block[:n], packed)
			binary.BigEndian.PutUint32(packed, uint32(len(packed)-4))
		}
		if _, err := w.Write(packed); err != nil {
			return err
		}
		if _, err := out.Write(sum.Sum(nil)); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
	}
}

// Restore makes the store at path of a backup. It verifies the backup and the
// store in it before it puts anything in place, and never overwrites: path must
// not exist. It returns the revision of the backup.
func Restore(ctx context.Context, backup, path string) (graph.Revision, error) {
	for _, taken := range []string{path, path + "-wal"} {
		if _, err := os.Lstat(taken); !errors.Is(err, fs.ErrNotExist) {
			return 0, graph.Errorf(graph.Conflict, "%s exists already; restore to another path", taken)
		}
	}
	in, err := os.Open(backup)
	if err != nil {
		return 0, graph.Errorf(graph.NotFound, "the backup %s cannot be opened", backup).Because(err)
	}
	defer in.Close() //nolint:errcheck // only read
	folder, err := os.MkdirTemp(filepath.Dir(path), ".chokepoint-restore-")
	if err != nil {
		return 0, graph.Errorf(graph.Unavailable, "the folder of the store cannot be written").Because(err)
	}
	defer os.RemoveAll(folder) //nolint:errcheck // what counts was moved
	file := filepath.Join(folder, "store.db")
	head, err := unpack(ctx, in, file)
	if err != nil {
		return 0, medium(ctx, err)
	}
	revision, err := verify(ctx, file)
	if err != nil {
		return 0, err
	}
	if revision != head.Revision {
		return 0, graph.Errorf(graph.BadUserInput, "the backup says revision %d and holds %d", head.Revision, revision)
	}
	return revision, medium(ctx, place(file, path))
}

func unpack(ctx context.Context, in io.Reader, to string) (head backupHead, err error) {
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return head, err
	}
	defer out.Close() //nolint:errcheck // closed below; this is for errors
	if head, err = unpackInto(ctx, in, out); err != nil {
		return head, err
	}
	return head, errors.Join(out.Sync(), out.Close())
}

func unpackInto(ctx context.Context, from io.Reader, out io.Writer) (head backupHead, err error) {
	r := &summing{in: bufio.NewReaderSize(from, 1<<16), sum: sha256.New()}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBlock))
	if err != nil {
		return head, err
	}
	defer decoder.Close()
	magic := make([]byte, len(backupMagic))
	if err := r.full(magic); err != nil || string(magic) != backupMagic {
		return head, unfit("the file is not a Chokepoint backup, or its first line is damaged")
	}
	line, err := r.line()
	if err != nil || json.Unmarshal(line, &head) != nil {
		return head, unfit("the head of the backup is damaged")
	}
	size := int64(0)
	for n := 1; ; n++ {
		if ctx.Err() != nil {
			return head, ctx.Err()
		}
		content, err := r.block(decoder)
		if err != nil {
			return head, unfit("block %d of the backup is damaged or missing (%v); take another backup", n, err)
		}
		if content == nil {
			break
		}
		size += int64(len(content))
		if _, err := out.Write(content); err != nil {
			return head, err
		}
	}
	if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) || size != head.Size {
		return head, unfit("the backup holds %d bytes and more or less than its head says (%d); take another backup", size, head.Size)
	}
	return head, nil
}

// summing reads a backup and its checksums.
type summing struct {
	in  *bufio.Reader
	sum hash.Hash
}

func (r *summing) full(b []byte) error {
	_, err := io.ReadFull(r.in, b)
	r.sum.Write(b)
	return err
}

// line reads the head; it is short.
func (r *summing) line() ([]byte, error) {
	var line []byte
	for len(line) < 1024 {
		c, err := r.in.ReadByte()
		if err != nil {
			return nil, err
		}
		r.sum.Write([]byte{c})
		if c == '\n' {
			return line, nil
		}
		line = append(line, c)
	}
	return nil, errFormat
}

// block reads one block; nil is the end.
func (r *summing) block(decoder *zstd.Decoder) ([]byte, error) {
	var length [4]byte
	if err := r.full(length[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > maxBlock {
		return nil, errFormat
	}
	packed := make([]byte, n)
	if err := r.full(packed); err != nil {
		return nil, err
	}
	want := make([]byte, sha256.Size)
	if _, err := io.ReadFull(r.in, want); err != nil {
		return nil, err
	}
	if !bytes.Equal(want, r.sum.Sum(nil)) {
		return nil, errors.New("its checksum does not match")
	}
	if n == 0 {
		return nil, nil
	}
	content, err := decoder.DecodeAll(packed, nil)
	if err == nil && len(content) == 0 {
		err = errFormat
	}
	return content, err
}

// place gives a finished file its name, unless the name is taken, and makes that
// durable.
func place(from, to string) error {
	if err := os.Link(from, to); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return graph.Errorf(graph.Conflict, "%s exists already; choose another path", to)
		}
		if err := os.Rename(from, to); err != nil { // a file system without links
			return err
		}
	}
	folder, err := os.Open(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer folder.Close() //nolint:errcheck // only synced
	if err := folder.Sync(); err != nil && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, errors.ErrUnsupported) {
		return fmt.Errorf("sync the folder: %w", err)
	}
	return nil
}

// medium is failure for what is not SQLite: a device that is full or fails.
func medium(ctx context.Context, err error) error {
	var known *fs.PathError
	if errors.As(err, &known) && ctx.Err() == nil {
		return graph.Errorf(graph.Unavailable, "the backup or the store cannot be written; is the device full?").Because(err)
	}
	return failure(ctx, err)
}
