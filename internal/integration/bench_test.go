package integration_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/patchbay/patchbay/catalog"
)

// One durable Apply, beside what the disk takes to make as many bytes durable.

func value(i int) []byte { return fmt.Appendf(nil, "%0400d", i) } // distinct each time

func BenchmarkSync(b *testing.B) {
	for syncOnce := syncer(b); b.Loop(); {
		syncOnce()
	}
}

// syncer returns what makes one page durable, with nothing around it.
func syncer(b *testing.B) func() {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "file"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	// A file that is as large as it will get, as a write-ahead log mostly is.
	if _, err := f.Write(make([]byte, 4<<20)); err != nil {
		b.Fatal(err)
	}
	page, i := make([]byte, 4096), 0
	return func() {
		i++
		copy(page, value(i))
		if _, err := f.WriteAt(page, int64(i%1024)*4096); err != nil {
			b.Fatal(err)
		}
		if err := datasync(f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSQLite_Apply100(b *testing.B) {
	s := openStore(b, newPath(b))
	ops := make([]catalog.Op, 100)
	for i := 0; b.Loop(); i++ {
		for j := range ops {
			ops[j] = catalog.Put(fmt.Sprint("key", (i*len(ops)+j)%10_000), value(i), catalog.Any())
		}
		if _, err := s.Apply(b.Context(), ops...); err != nil {
			b.Fatal(err)
		}
	}
}

func filled(b *testing.B) fileStore {
	b.Helper()
	s := openStore(b, newPath(b))
	var ops []catalog.Op
	for i := range 10_000 {
		ops = append(ops, catalog.Put(fmt.Sprintf("key/%05d", i), value(i), catalog.Any()))
	}
	if _, err := s.Apply(b.Context(), ops...); err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkSQLite_Get(b *testing.B) {
	s := filled(b)
	for i := 0; b.Loop(); i++ {
		if _, err := s.Get(b.Context(), fmt.Sprintf("key/%05d", i*7919%10_000)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSQLite_List100(b *testing.B) {
	s := filled(b)
	for i := 0; b.Loop(); i++ {
		list, err := s.List(b.Context(), "key/", fmt.Sprintf("key/%05d", i*7919%9_000), 100)
		if err != nil || len(list) != 100 {
			b.Fatal(len(list), err)
		}
	}
}

func BenchmarkSQLite_ChangesNone(b *testing.B) {
	s := filled(b)
	for b.Loop() {
		if _, _, err := s.Changes(b.Context(), 1, 100); err != nil {
			b.Fatal(err)
		}
	}
}
