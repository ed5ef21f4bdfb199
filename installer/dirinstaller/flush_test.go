package dirinstaller

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// journal is a disk that remembers what was written, flushed and renamed. A new name is written to its directory.
type journal struct {
	disk

	at    string // of the directory
	mu    *sync.Mutex
	lines *[]string
}

func (j journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	*j.lines = append(*j.lines, line)
}

func (j journal) Sub(dir string) (disk, error) {
	sub, err := j.disk.Sub(dir)
	return journal{sub, path.Join(j.at, dir), j.mu, j.lines}, err
}

func (j journal) Sink() (sinkCloser, error) {
	s, err := j.disk.Sink()
	return journalSink{s, j}, err
}

func (j journal) Mkdir(name string, perm fs.FileMode) error {
	j.add("write " + path.Join(j.at, path.Dir(name)))
	return j.disk.Mkdir(name, perm)
}

func (j journal) Create(name string) (file, error) {
	j.add("write " + path.Join(j.at, path.Dir(name)))
	f, err := j.disk.Create(name)
	return journalFile{f, j, name}, err
}

func (j journal) Sync(name string) error {
	j.add("sync " + path.Join(j.at, name))
	return j.disk.Sync(name)
}

func (j journal) Rename(oldName, newName string) error {
	j.add("rename " + oldName)
	return j.disk.Rename(oldName, newName)
}

type journalSink struct {
	sinkCloser

	j journal
}

func (s journalSink) Mkdir(name string) error {
	s.j.add("write " + path.Join(s.j.at, path.Dir(name)))
	return s.sinkCloser.Mkdir(name)
}

func (s journalSink) Create(name string, executable bool) (io.WriteCloser, error) {
	s.j.add("write " + path.Join(s.j.at, path.Dir(name)))
	w, err := s.sinkCloser.Create(name, executable)
	if err != nil {
		return nil, err
	}
	return journalFile{w.(file), s.j, name}, nil
}

// journalFile is flushed by its handle. What is written afterwards would not be.
type journalFile struct {
	file

	j    journal
	name string
}

func (f journalFile) Write(p []byte) (int, error) {
	f.j.add("write " + path.Join(f.j.at, f.name))
	return f.file.Write(p)
}

func (f journalFile) Sync() error {
	f.j.add("sync " + path.Join(f.j.at, f.name))
	return f.file.Sync()
}

// journaled returns an Installer on dir that writes down what it does.
func journaled(dir string, lines *[]string) *Installer {
	in, mu := New(dir, nil), &sync.Mutex{}
	in.open = func(create bool) (disk, error) {
		d, err := openDisk(dir, create)
		return journal{d, "", mu, lines}, err
	}
	return in
}

// TestWhatIsReusedIsFlushed: who committed a package may have been killed before its name was
// durable.
func TestWhatIsReusedIsFlushed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, err := quick(dir).Install(t.Context(), mail("1.0.0"), nil)
	require.NoError(t, err)
	var lines []string
	in := journaled(dir, &lines)
	again, err := in.Install(t.Context(), mail("1.0.0"), nil)
	require.NoError(t, err)
	assert.Equal(t, r, again)
	assert.Equal(t, []string{"sync content/sha256", "sync content", "sync ."}, lines)
	lines = nil
	_, err = in.Install(t.Context(), mail("1.0.0"), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"sync content/sha256"}, lines)

	f := &faults{err: syscall.EIO}
	for f.hit != "Sync" {
		f.at, f.n, f.hit = f.at+1, 0, ""
		_, err = f.install(dir).Install(t.Context(), mail("1.0.0"), nil)
		require.NotEmpty(t, f.hit)
	}
	require.ErrorIs(t, err, syscall.EIO)
	requireVersions(t, dir, "1.0.0")
}

// TestEverythingIsFlushedBeforeItCounts: after a power cut, a package that has
// its name has its files, too.
func TestEverythingIsFlushedBeforeItCounts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var lines []string
	in := journaled(dir, &lines)
	r, err := in.Install(t.Context(), mail("1.0.0"), nil)
	require.NoError(t, err)

	commit := slices.IndexFunc(lines, func(l string) bool {
		return strings.HasPrefix(l, "rename stage/")
	})
	require.Positive(t, commit, lines)
	fresh := strings.TrimPrefix(lines[commit], "rename ")
	before, after := lines[:commit], lines[commit+1:]

	content, err := contentPath(r.Digest)
	require.NoError(t, err)
	root := filepath.Join(dir, filepath.FromSlash(content))
	require.NoError(t, filepath.WalkDir(root, func(name string, _ fs.DirEntry, err error) error {
		require.NoError(t, err)
		rel, err := filepath.Rel(root, name)
		made := path.Join(fresh, filepath.ToSlash(rel))
		synced := slices.Index(before, "sync "+made)
		assert.NotEqual(t, -1, synced, "%s is flushed before the rename", rel)
		assert.NotContains(t, lines[synced+1:], "write "+made, "after it was flushed")
		return err
	}))
	assert.Equal(t, []string{"sync content/sha256", "sync content", "sync ."}, after)

	lines = nil
	next, err := in.Install(t.Context(), mail("2.0.0"), nil)
	require.NoError(t, err)
	assert.Equal(t, "sync content/sha256", lines[len(lines)-1])
	assert.NotContains(t, lines, "sync .", "it is known to be durable")
	require.NoError(t, in.Remove(t.Context(), next))
	require.NoError(t, os.RemoveAll(filepath.Join(dir, contentDir)))
	lines = nil
	r, err = in.Install(t.Context(), mail("1.0.0"), nil)
	require.NoError(t, err)
	assert.Equal(t, "sync .", lines[len(lines)-1], "it was made again")

	lines = nil
	require.NoError(t, in.Remove(t.Context(), r))
	assert.Equal(t, []string{"write stage", "rename " + content, "sync content/sha256"}, lines)
}

// TestTheDirectoryItselfIsFlushed: each directory that had to be made is in one that is flushed afterwards.
func TestTheDirectoryItselfIsFlushed(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	dir := filepath.Join(top, "not", "yet")
	var flushed []string
	flush := func(parent string) error {
		assert.DirExists(t, dir)
		flushed = append(flushed, parent)
		return syncDir(parent)
	}
	require.NoError(t, makeDir(dir+string(filepath.Separator), flush))
	assert.Equal(t, []string{filepath.Join(top, "not"), top}, flushed)
	flushed = nil
	require.NoError(t, makeDir(dir, flush))
	assert.Empty(t, flushed)
	require.ErrorIs(t, makeDir(filepath.Join(dir, "a"), func(string) error { return fs.ErrPermission }), fs.ErrPermission)
	require.Error(t, makeDir(filepath.Join(top, "\x00"), flush))
}
