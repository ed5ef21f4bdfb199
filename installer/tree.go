package installer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// Tree is what can be proved of a package's files.
type Tree struct {
	Digest connector.Digest // of every path, kind, executable bit and content
	Files  int              // regular files
}

// treeFormat begins what Tree.Digest is the digest of. It is followed by a line
// for each file and directory, in the order of the paths.
const treeFormat = "patchbay.tree/v1\n"

// HashTree reads all of files and returns its Tree. Anything but regular files
// and directories is refused with an error wrapping ErrCorrupt: no installer
// keeps such a thing. On Windows, which does not keep the executable bit, it
// counts as unset.
func HashTree(ctx context.Context, files fs.FS) (Tree, error) { return hashTree(ctx, files, nil) }

// hashTree is HashTree, and shows all that it reads to again, too.
func hashTree(ctx context.Context, files fs.FS, again *quickHash) (Tree, error) {
	t := treeHash{again: again}
	buf := make([]byte, fetchBuffer)
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == ".":
			return nil
		case d.IsDir():
			t.dir(path)
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%w: %q is a %s", ErrCorrupt, path, d.Type())
		}
		return t.read(ctx, files, path, buf)
	})
	if err != nil {
		return Tree{}, fmt.Errorf("hash files: %w", err)
	}
	return t.tree(), nil
}

// treeHash collects what is in a tree.
type treeHash struct {
	lines []treeLine
	files int
	again *quickHash // nil: nobody compares
}

type treeLine struct {
	path string
	text string
}

func (t *treeHash) dir(path string) {
	t.lines = append(t.lines, treeLine{path, "d"})
	if t.again != nil {
		t.again.dir(path)
	}
}

func (t *treeHash) file(path string, executable bool, size int64, sum []byte) {
	kind := "f"
	if executable && runtime.GOOS != "windows" {
		kind = "x"
	}
	t.files++
	t.lines = append(t.lines, treeLine{path, fmt.Sprintf("%s %d %s", kind, size, hex.EncodeToString(sum))})
}

func (t *treeHash) read(ctx context.Context, files fs.FS, path string, buf []byte) (err error) {
	f, err := files.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	sum := sha256.New()
	var w io.Writer = sum
	var quick hash.Hash
	if t.again != nil {
		quick = t.again.sum()
		w = io.MultiWriter(sum, quick)
	}
	size, err := io.CopyBuffer(w, contextReader{ctx, f}, buf)
	if err != nil {
		return err
	}
	executable := info.Mode()&0o111 != 0
	t.file(path, executable, size, sum.Sum(nil))
	if quick != nil {
		t.again.file(path, executable, size, quick.Sum(nil))
	}
	return nil
}

// tree hashes what was collected.
func (t *treeHash) tree() Tree {
	slices.SortFunc(t.lines, func(a, b treeLine) int { return strings.Compare(a.path, b.path) })
	sum := sha256.New()
	_, _ = io.WriteString(sum, treeFormat) // a hash never fails
	for _, l := range t.lines {
		// No path has a NUL in it.
		_, _ = io.WriteString(sum, l.text+" "+l.path+"\x00")
	}
	return Tree{Digest: connector.Digest("sha256:" + hex.EncodeToString(sum.Sum(nil))), Files: t.files}
}

// contextReader ends a long read when nobody waits for it any more.
type contextReader struct {
	ctx context.Context //nolint:containedctx // lives as long as one read
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
