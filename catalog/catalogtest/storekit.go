package catalogtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/patchbay/patchbay/catalog"
)

// storeT is the part of *testing.T that topics use, so that the kit itself
// can be tested with stores that are broken on purpose.
type storeT interface {
	Helper()
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
	FailNow()
}

// storeKit is what a topic works with.
type storeKit struct {
	storeT
	ctx       context.Context //nolint:containedctx // of one subtest
	open      func() catalog.Store
	reopen    func(catalog.Store) catalog.Store
	second    func(catalog.Store) catalog.Store
	deletions int
	short     bool
}

func (k *storeKit) fatalf(format string, args ...any) {
	k.Helper()
	k.Errorf(format, args...)
	k.FailNow()
}

// apply does ops that must succeed.
func (k *storeKit) apply(s catalog.Store, ops ...catalog.Op) catalog.Revision {
	k.Helper()
	rev, err := s.Apply(k.ctx, ops...)
	if err != nil {
		k.fatalf("Apply(%s): %v", showOps(ops), err)
	}
	return rev
}

// put stores one value, whatever is there.
func (k *storeKit) put(s catalog.Store, key, value string) catalog.Revision {
	k.Helper()
	return k.apply(s, catalog.Put(key, []byte(value), catalog.Any()))
}

// conflict does ops that must fail at op index, and change nothing.
func (k *storeKit) conflict(s catalog.Store, index int, ops ...catalog.Op) {
	k.Helper()
	before := k.content(s)
	rev, err := s.Apply(k.ctx, ops...)
	var conflict *catalog.ConflictError
	switch {
	case err == nil:
		k.fatalf("Apply(%s) = revision %d, want a conflict at op %d", showOps(ops), rev, index)
	case !errors.As(err, &conflict) || !errors.Is(err, catalog.ErrConflict):
		k.fatalf("Apply(%s): %v, want a *ConflictError", showOps(ops), err)
	case conflict.Index != index || conflict.Key != ops[index].Key:
		k.Errorf("Apply(%s): conflict at op %d, key %q; want op %d, key %q",
			showOps(ops), conflict.Index, conflict.Key, index, ops[index].Key)
	}
	if after := k.content(s); after != before {
		k.Errorf("Apply(%s) failed and yet changed the store\nfrom %s\nto   %s", showOps(ops), before, after)
	}
}

// refused does ops that must be invalid, and change nothing.
func (k *storeKit) refused(s catalog.Store, ops ...catalog.Op) {
	k.Helper()
	before := k.content(s)
	if _, err := s.Apply(k.ctx, ops...); !errors.Is(err, catalog.ErrInvalid) {
		k.Errorf("Apply(%s): %v, want ErrInvalid", showOps(ops), err)
	}
	if after := k.content(s); after != before {
		k.Errorf("Apply(%s) was refused and yet changed the store", showOps(ops))
	}
}

func (k *storeKit) get(s catalog.Store, key string) catalog.Record {
	k.Helper()
	r, err := s.Get(k.ctx, key)
	if err != nil {
		k.fatalf("Get(%q): %v", key, err)
	}
	if r.Key != key {
		k.Errorf("Get(%q) = record of key %q", key, r.Key)
	}
	return r
}

// has asserts the record under key, got both ways.
func (k *storeKit) has(s catalog.Store, key, value string, rev catalog.Revision) {
	k.Helper()
	want := catalog.Record{Key: key, Value: []byte(value), Revision: rev}
	if got := k.get(s, key); !sameRecord(got, want) {
		k.Errorf("Get(%q) = %s, want %s", key, showRecord(got), showRecord(want))
	}
	for _, got := range k.list(s, key, "", 1) {
		if !sameRecord(got, want) {
			k.Errorf("List(%q) begins with %s, want %s", key, showRecord(got), showRecord(want))
		}
	}
}

func (k *storeKit) hasNot(s catalog.Store, key string) {
	k.Helper()
	if r, err := s.Get(k.ctx, key); !errors.Is(err, catalog.ErrNotFound) {
		k.Errorf("Get(%q) = %s, %v; want ErrNotFound", key, showRecord(r), err)
	}
}

func (k *storeKit) list(s catalog.Store, prefix, after string, limit int) []catalog.Record {
	k.Helper()
	list, err := s.List(k.ctx, prefix, after, limit)
	if err != nil {
		k.fatalf("List(%q, %q, %d): %v", prefix, after, limit, err)
	}
	return list
}

// lists asserts the keys of one page.
func (k *storeKit) lists(s catalog.Store, prefix, after string, limit int, want ...string) {
	k.Helper()
	got := []string{}
	for _, r := range k.list(s, prefix, after, limit) {
		got = append(got, r.Key)
	}
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", append([]string{}, want...)) {
		k.Errorf("List(%q, %q, %d) = %q, want %q", prefix, after, limit, got, want)
	}
}

// all reads every record, page by page.
func (k *storeKit) all(s catalog.Store, prefix string) []catalog.Record {
	k.Helper()
	const limit = 100
	var all []catalog.Record
	for after := ""; ; after = all[len(all)-1].Key {
		page := k.list(s, prefix, after, limit)
		all = append(all, page...)
		if len(page) < limit {
			return all
		}
		if page[0].Key <= after {
			k.fatalf("List(%q, %q, %d) begins with %q", prefix, after, limit, page[0].Key)
		}
	}
}

// content is everything in the store, as a text to compare.
func (k *storeKit) content(s catalog.Store) string {
	k.Helper()
	var b strings.Builder
	for _, r := range k.all(s, "") {
		fmt.Fprintf(&b, "%s ", showRecord(r))
	}
	return b.String()
}

func (k *storeKit) changes(s catalog.Store, since catalog.Revision, limit int) ([]catalog.Change, catalog.Revision) {
	k.Helper()
	page, next, err := s.Changes(k.ctx, since, limit)
	if err != nil {
		k.fatalf("Changes(%d, %d): %v", since, limit, err)
	}
	return page, next
}

// together runs n functions at once, which must all return nil.
func (k *storeKit) together(n int, run func(i int) error) {
	k.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = run(i) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		k.fatalf("%v", err)
	}
}

func sameRecord(a, b catalog.Record) bool {
	return a.Key == b.Key && a.Revision == b.Revision && bytes.Equal(a.Value, b.Value)
}

func showRecord(r catalog.Record) string {
	return fmt.Sprintf("%s=%s@%d", short(r.Key), short(string(r.Value)), r.Revision)
}

func showOps(ops []catalog.Op) string {
	const most = 8
	kinds := map[catalog.OpKind]string{catalog.OpPut: "put", catalog.OpDelete: "delete", catalog.OpCheck: "check"}
	var parts []string
	for _, op := range ops[:min(len(ops), most)] {
		parts = append(parts, kinds[op.Kind]+" "+short(op.Key))
	}
	if len(ops) > most {
		parts = append(parts, fmt.Sprintf("... %d in all", len(ops)))
	}
	return strings.Join(parts, ", ")
}

func short(s string) string {
	const most = 40
	if len(s) > most {
		return fmt.Sprintf("%q... %d bytes", s[:most], len(s))
	}
	return fmt.Sprintf("%q", s)
}
