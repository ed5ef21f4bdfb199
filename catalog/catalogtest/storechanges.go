package catalogtest

import (
	"errors"
	"fmt"

	"github.com/patchbay/patchbay/catalog"
)

// replica follows a store by its changes, page by page, and checks each page.
type replica struct {
	records map[string]catalog.Record
	at      catalog.Revision
}

func newReplica() *replica { return &replica{records: map[string]catalog.Record{}} }

// turn applies the next page and reports how many changes it had.
func (r *replica) turn(k *storeKit, s catalog.Store, limit int) (int, error) {
	page, next, err := s.Changes(k.ctx, r.at, limit)
	if err != nil {
		return 0, fmt.Errorf("Changes(%d, %d): %w", r.at, limit, err)
	}
	if err := checkPage(page, r.at, next, limit); err != nil {
		return 0, fmt.Errorf("Changes(%d, %d): %w", r.at, limit, err)
	}
	for _, c := range page {
		if c.Deleted {
			delete(r.records, c.Key)
		} else {
			r.records[c.Key] = c.Record
		}
	}
	r.at = next
	return len(page), nil
}

// turnOrRestart is turn, but a store that has forgotten deletions makes the replica
// read everything anew, in one page.
func (r *replica) turnOrRestart(k *storeKit, s catalog.Store, limit int) (int, error) {
	n, err := r.turn(k, s, limit)
	if !errors.Is(err, catalog.ErrCompacted) || k.deletions == 0 {
		return n, err
	}
	_, next, err := s.Changes(k.ctx, r.at, limit)
	if !errors.Is(err, catalog.ErrCompacted) {
		return 0, fmt.Errorf("Changes(%d, %d): %w, and before ErrCompacted", r.at, limit, err)
	}
	all, err := s.List(k.ctx, "", "", catalog.MaxStorePage)
	if err != nil {
		return 0, err
	}
	r.at = next
	clear(r.records)
	for _, rec := range all {
		r.records[rec.Key] = rec
	}
	return len(all), nil
}

func checkPage(page []catalog.Change, since, next catalog.Revision, limit int) error {
	seen := map[string]bool{}
	last := catalog.Record{Revision: since}
	for i, c := range page {
		switch {
		case c.Revision < last.Revision || c.Revision == since || c.Revision == last.Revision && c.Key <= last.Key:
			return fmt.Errorf("change %d is %s, after %s", i, showRecord(c.Record), showRecord(last))
		case seen[c.Key]:
			return fmt.Errorf("key %q comes twice", c.Key)
		case c.Deleted && c.Value != nil:
			return fmt.Errorf("key %q is deleted and has a value", c.Key)
		}
		seen[c.Key] = true
		last = c.Record
	}
	switch {
	case len(page) == 0 && next != since:
		return fmt.Errorf("no changes, and yet the next revision is %d", next)
	case len(page) > 0 && next < last.Revision:
		return fmt.Errorf("the next revision is %d, the last change has %d", next, last.Revision)
	case len(page) > limit && page[0].Revision != last.Revision:
		return fmt.Errorf("%d changes of several revisions", len(page))
	}
	return nil
}

// follow reads changes until there are no more.
func (r *replica) follow(k *storeKit, s catalog.Store, limit int) {
	k.Helper()
	for {
		n, err := r.turn(k, s, limit)
		if err != nil {
			k.fatalf("%v", err)
		}
		if n == 0 {
			return
		}
	}
}

// equals asserts that the replica is what the store lists.
func (r *replica) equals(k *storeKit, s catalog.Store) {
	k.Helper()
	all := k.all(s, "")
	for _, want := range all {
		if got, ok := r.records[want.Key]; !ok || !sameRecord(got, want) {
			k.Errorf("a follower has %s (there: %t), the store %s", showRecord(got), ok, showRecord(want))
		}
	}
	if len(r.records) != len(all) {
		k.Errorf("a follower has %d records, the store %d", len(r.records), len(all))
	}
}

func storeChangesOrder(k *storeKit) {
	s := k.open()
	if page, next := k.changes(s, 0, 10); len(page) != 0 || next != 0 {
		k.Errorf("Changes(0) of an empty store = %d changes and %d", len(page), next)
	}
	const n = 12
	var revs []catalog.Revision
	for i := range n {
		revs = append(revs, k.put(s, fmt.Sprint("key", (i*7)%n), fmt.Sprint(i)))
	}
	for from := range n {
		page, next := k.changes(s, revs[from], n)
		if len(page) != n-1-from || next != revs[n-1] {
			k.fatalf("Changes(%d) = %d changes and %d, want %d and %d", revs[from], len(page), next, n-1-from, revs[n-1])
		}
		for i, c := range page {
			j := from + 1 + i
			want := catalog.Record{Key: fmt.Sprint("key", (j*7)%n), Value: []byte(fmt.Sprint(j)), Revision: revs[j]}
			if !sameRecord(c.Record, want) || c.Deleted {
				k.Errorf("change %d is %s (deleted: %t), want %s", i, showRecord(c.Record), c.Deleted, showRecord(want))
			}
		}
	}
	for limit := 1; limit <= n; limit++ {
		r := newReplica()
		r.follow(k, s, limit)
		r.equals(k, s)
		if r.at != revs[n-1] {
			k.Errorf("following ends at revision %d, want %d", r.at, revs[n-1])
		}
	}
}

func storeChangesCoalesce(k *storeKit) {
	s := k.open()
	for i := range 5 {
		k.put(s, "a", fmt.Sprint(i))
		k.put(s, "b", fmt.Sprint(i))
	}
	page, next := k.changes(s, 0, 10)
	if len(page) != 2 {
		k.fatalf("%d changes of 2 keys", len(page))
	}
	if string(page[0].Value) != "4" || string(page[1].Value) != "4" || next != page[1].Revision {
		k.Errorf("Changes(0) = %s, %s and %d, want the latest of both", showRecord(page[0].Record), showRecord(page[1].Record), next)
	}
	// What moved to a later revision since the first page comes later, once.
	r := newReplica()
	if _, err := r.turn(k, s, 1); err != nil {
		k.fatalf("%v", err)
	}
	k.put(s, "b", "5")
	k.put(s, "a", "5")
	r.follow(k, s, 1)
	r.equals(k, s)
}

func storeChangesWhole(k *storeKit) {
	s := k.open()
	sizes := []int{1, 3, 1, 1, 7, 2, 4, 1}
	var revs []catalog.Revision
	for i, size := range sizes {
		var ops []catalog.Op
		for j := range size {
			ops = append(ops, catalog.Put(fmt.Sprintf("%d/%d", 9-i, size-j), []byte{byte(j)}, catalog.Absent()))
		}
		revs = append(revs, k.apply(s, ops...))
	}
	for limit := 1; limit <= 21; limit++ {
		since := catalog.Revision(0)
		for i := 0; i < len(sizes); {
			want := sizes[i]
			i++
			for i < len(sizes) && want+sizes[i] <= limit {
				want += sizes[i]
				i++
			}
			page, next := k.changes(s, since, limit)
			if err := checkPage(page, since, next, limit); err != nil {
				k.fatalf("Changes(%d, %d): %v", since, limit, err)
			}
			if len(page) != want || next != revs[i-1] {
				k.fatalf("Changes(%d, %d) = %d changes and %d, want %d and %d", since, limit, len(page), next, want, revs[i-1])
			}
			since = next
		}
	}
	// Part of a revision's keys have moved on: the rest is whole still.
	k.apply(s, catalog.Put("5/3", nil, catalog.Any()), catalog.Delete("5/4", catalog.Any()))
	for limit := 1; limit <= 21; limit++ {
		r := newReplica()
		r.follow(k, s, limit)
		r.equals(k, s)
	}
}

func storeChangesDeletions(k *storeKit) {
	s := k.open()
	put := k.apply(s, catalog.Put("a", []byte("one"), catalog.Any()), catalog.Put("b", []byte("two"), catalog.Any()))
	deleted := k.apply(s, catalog.Delete("a", catalog.Any()), catalog.Put("c", []byte("three"), catalog.Any()))
	page, next := k.changes(s, put, 10)
	if len(page) != 2 || next != deleted {
		k.fatalf("Changes(%d) = %d changes and %d, want 2 and %d", put, len(page), next, deleted)
	}
	if c := page[0]; c.Key != "a" || !c.Deleted || c.Value != nil || c.Revision != deleted {
		k.Errorf("the first change is %s (deleted: %t), want the deletion of a", showRecord(c.Record), c.Deleted)
	}
	if c := page[1]; c.Key != "c" || c.Deleted {
		k.Errorf("the second change is %s (deleted: %t), want c", showRecord(c.Record), c.Deleted)
	}
	// Put again, it is no longer deleted; deleted again, it is so once.
	k.put(s, "a", "again")
	if page, _ = k.changes(s, put, 10); len(page) != 2 || page[1].Key != "a" || page[1].Deleted {
		k.Errorf("Changes(%d) = %d changes, want c and a", put, len(page))
	}
	again := k.apply(s, catalog.Delete("a", catalog.Any()))
	if page, next = k.changes(s, put, 10); len(page) != 2 || !page[1].Deleted || next != again {
		k.Errorf("Changes(%d) = %d changes and %d, want c and the deletion of a, %d", put, len(page), next, again)
	}
	r := newReplica()
	r.follow(k, s, 1)
	r.equals(k, s)
}

func storeChangesBeyond(k *storeKit) {
	s := k.open()
	rev := k.put(s, "a", "one")
	_, next, err := s.Changes(k.ctx, rev+1, 10)
	if !errors.Is(err, catalog.ErrCompacted) || next != rev {
		k.Errorf("Changes(%d), beyond the newest, = %d, %v; want %d, ErrCompacted", rev+1, next, err, rev)
	}
}

func storeForgotten(k *storeKit) {
	s := k.open()
	n := k.deletions
	for i := range n + 1 {
		k.put(s, fmt.Sprintf("key%06d", i), "v")
	}
	kept := k.put(s, "kept", "v")
	follower := newReplica() // has read everything so far
	follower.follow(k, s, catalog.MaxStorePage)
	var revs []catalog.Revision
	for i := range n {
		revs = append(revs, k.apply(s, catalog.Delete(fmt.Sprintf("key%06d", i), catalog.Any())))
	}
	if page, next := k.changes(s, kept, catalog.MaxStorePage); n <= catalog.MaxStorePage && (len(page) != n || next != revs[n-1]) {
		k.Errorf("Changes(%d) = %d changes and %d, want all %d deletions and %d", kept, len(page), next, n, revs[n-1])
	}
	last := k.apply(s, catalog.Delete(fmt.Sprintf("key%06d", n), catalog.Any()))
	// One deletion too many: whoever has not read the oldest must start anew.
	for _, since := range []catalog.Revision{0, kept} {
		page, next, err := s.Changes(k.ctx, since, catalog.MaxStorePage)
		if !errors.Is(err, catalog.ErrCompacted) || next != last || len(page) != 0 {
			k.fatalf("Changes(%d) = %d changes, %d, %v; want none, %d, ErrCompacted", since, len(page), next, err, last)
		}
	}
	// That of the newest revision is the start from which to follow again.
	anew := newReplica()
	for _, r := range k.all(s, "") {
		anew.records[r.Key] = r
	}
	anew.at = last
	k.apply(s, catalog.Put("new", nil, catalog.Any()), catalog.Delete("kept", catalog.Any()))
	anew.follow(k, s, 1)
	anew.equals(k, s)
}
