package catalogtest

import (
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"

	"github.com/patchbay/patchbay/catalog"
)

const (
	storeWorkers = 16
	storeTurns   = 20
)

func storeRevisions(k *storeKit) {
	s := k.open()
	last := catalog.Revision(0)
	for i := range 20 {
		rev := k.apply(s, catalog.Put(fmt.Sprint(i%3), nil, catalog.Any()), catalog.Put("x", nil, catalog.Any()))
		if rev <= last {
			k.Errorf("revision %d after %d", rev, last)
		}
		last = rev
		k.conflict(s, 0, catalog.Put("x", nil, catalog.Absent()))
	}
	revs := make([][]catalog.Revision, storeWorkers)
	k.together(storeWorkers, func(i int) error {
		for range storeTurns {
			rev, err := s.Apply(k.ctx, catalog.Put(fmt.Sprint("own", i), nil, catalog.Any()))
			if err != nil {
				return err
			}
			revs[i] = append(revs[i], rev)
		}
		return nil
	})
	seen := map[catalog.Revision]bool{}
	for _, own := range revs {
		before := last
		for _, rev := range own {
			if rev <= before || seen[rev] {
				k.fatalf("revision %d after %d, given before: %t", rev, before, seen[rev])
			}
			seen[rev], before = true, rev
		}
	}
}

// increment adds one to a counter, however often others are quicker, and puts
// a mark of its own in the same Apply.
func increment(k *storeKit, s catalog.Store, key, mark string) error {
	for {
		n, p := 0, catalog.Absent()
		r, err := s.Get(k.ctx, key)
		switch {
		case err == nil:
			if n, err = strconv.Atoi(string(r.Value)); err != nil {
				return fmt.Errorf("counter %q: %w", key, err)
			}
			p = catalog.At(r.Revision)
		case !errors.Is(err, catalog.ErrNotFound):
			return err
		}
		_, err = s.Apply(k.ctx,
			catalog.Put(mark, nil, catalog.Absent()),
			catalog.Put(key, []byte(strconv.Itoa(n+1)), p))
		var conflict *catalog.ConflictError
		if errors.As(err, &conflict) && conflict.Key == key {
			continue
		}
		return err
	}
}

// counted asserts that n increments of key were made and none was lost.
func (k *storeKit) counted(s catalog.Store, key string, n int) {
	k.Helper()
	if got := string(k.get(s, key).Value); got != strconv.Itoa(n) {
		k.Errorf("%s after %d increments is %s", key, n, got)
	}
	if marks := len(k.all(s, "mark/"+key+"/")); marks != n {
		k.Errorf("%d increments of %s left %d marks", n, key, marks)
	}
}

func storeCounters(k *storeKit) {
	s := k.open()
	k.together(storeWorkers, func(i int) error {
		for turn := range storeTurns {
			key := fmt.Sprint("counter", turn%2)
			if err := increment(k, s, key, fmt.Sprintf("mark/%s/%d/%d", key, i, turn)); err != nil {
				return err
			}
		}
		return nil
	})
	k.counted(s, "counter0", storeWorkers*storeTurns/2)
	k.counted(s, "counter1", storeWorkers*storeTurns/2)
}

// storeClaims lets everybody want the same keys: each has exactly one winner.
func storeClaims(k *storeKit) {
	s := k.open()
	var won [storeTurns]atomic.Int32
	k.together(storeWorkers, func(i int) error {
		for turn := range storeTurns {
			_, err := s.Apply(k.ctx, catalog.Put(fmt.Sprint("claim", turn), fmt.Append(nil, i), catalog.Absent()))
			if err == nil {
				won[turn].Add(1)
			} else if !errors.Is(err, catalog.ErrConflict) {
				return err
			}
		}
		return nil
	})
	for turn := range won {
		if n := won[turn].Load(); n != 1 {
			k.Errorf("claim %d has %d winners", turn, n)
		}
	}
}

// storeFollowers reads changes and pages while others write pairs of keys: nobody
// sees half a pair, and no change is lost.
func storeFollowers(k *storeKit) {
	const writers, followers = 6, 3
	s := k.open()
	var writing atomic.Int32
	writing.Store(writers)
	replicas := make([]*replica, followers)
	k.together(writers+followers, func(i int) error {
		if i < writers {
			defer writing.Add(-1)
			return writePairs(k, s, i)
		}
		r := newReplica()
		replicas[i-writers] = r
		for {
			done := writing.Load() == 0
			n, err := r.turnOrRestart(k, s, 1+i)
			if err != nil {
				return err
			}
			if err := r.paired(); err != nil {
				return err
			}
			if err := readPair(k, s); err != nil {
				return err
			}
			if done && n == 0 {
				return nil
			}
		}
	})
	for _, r := range replicas {
		r.equals(k, s)
	}
}

func writePairs(k *storeKit, s catalog.Store, i int) error {
	for turn := range storeTurns {
		value := fmt.Appendf(nil, "%d/%d", i, turn)
		ops := []catalog.Op{
			catalog.Put("pair/a", value, catalog.Any()),
			catalog.Put("pair/b", value, catalog.Any()),
			catalog.Put(fmt.Sprintf("own/%d/%d", i, turn), value, catalog.Absent()),
		}
		if turn > 0 {
			ops = append(ops, catalog.Delete(fmt.Sprintf("own/%d/%d", i, turn-1), catalog.Any()))
		}
		if _, err := s.Apply(k.ctx, ops...); err != nil {
			return err
		}
	}
	return nil
}

func (r *replica) paired() error {
	a, b := r.records["pair/a"], r.records["pair/b"]
	if string(a.Value) != string(b.Value) || a.Revision != b.Revision {
		return fmt.Errorf("a follower at %d sees half an Apply: %s, %s", r.at, showRecord(a), showRecord(b))
	}
	return nil
}

func readPair(k *storeKit, s catalog.Store) error {
	page, err := s.List(k.ctx, "pair/", "", 2)
	if err != nil {
		return err
	}
	if len(page) == 1 || len(page) == 2 && page[0].Revision != page[1].Revision {
		return fmt.Errorf("List sees half an Apply: %d records", len(page))
	}
	return nil
}
