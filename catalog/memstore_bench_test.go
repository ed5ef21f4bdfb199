package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/patchbay/patchbay/catalog"
)

const benchRecords = 200_000

func benchKey(i int) string { return fmt.Sprintf("connection/tenant%03d/%06d", i%100, i) }

func benchStore(b *testing.B) *catalog.MemStore {
	b.Helper()
	s := catalog.NewMemStore(nil)
	var ops []catalog.Op
	for i := range benchRecords {
		ops = append(ops, catalog.Put(benchKey(i), fmt.Appendf(nil, `{"id":%d,"name":"%0200d"}`, i, i), catalog.Any()))
	}
	if _, err := s.Apply(b.Context(), ops...); err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkMemStore_Get(b *testing.B) {
	s := benchStore(b)
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = benchKey(rand.IntN(benchRecords))
	}
	for i := 0; b.Loop(); i++ {
		if _, err := s.Get(b.Context(), keys[i%len(keys)]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMemStore_List100(b *testing.B) {
	s := benchStore(b)
	r := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		list, err := s.List(b.Context(), fmt.Sprintf("connection/tenant%03d/", r.IntN(100)), "", 100)
		if err != nil || len(list) != 100 {
			b.Fatal(len(list), err)
		}
	}
}

func BenchmarkMemStore_ApplyOne(b *testing.B) {
	s := benchStore(b)
	r := rand.New(rand.NewPCG(1, 2))
	for i := 0; b.Loop(); i++ {
		if _, err := s.Apply(b.Context(), catalog.Put(benchKey(r.IntN(benchRecords)), fmt.Appendf(nil, "%0200d", i), catalog.Any())); err != nil {
			b.Fatal(err)
		}
	}
}
