package catalogtest

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/patchbay/patchbay/catalog"
)

var errCompose = errors.New("compose fails")

// plusOne composes the next value of a counter.
func plusOne(key string) func(current []catalog.Record) ([]catalog.Op, error) {
	return func(current []catalog.Record) ([]catalog.Op, error) {
		n := 0
		if r := current[0]; r.Revision != 0 {
			var err error
			if n, err = strconv.Atoi(string(r.Value)); err != nil {
				return nil, err
			}
		}
		return []catalog.Op{catalog.Put(key, []byte(strconv.Itoa(n+1)), catalog.Any())}, nil
	}
}

// storeCompose is for a store that is a catalog.Composer.
func storeCompose(k *storeKit) {
	s := k.open()
	c, ok := s.(catalog.Composer)
	if !ok {
		k.Logf("this store is no catalog.Composer")
		return
	}
	a := k.put(s, "a", "one")
	var got []catalog.Record
	rev, err := c.Compose(k.ctx, []string{"missing", "a"}, func(current []catalog.Record) ([]catalog.Op, error) {
		got = current
		return []catalog.Op{catalog.Put("b", current[1].Value, catalog.Absent())}, nil
	}, catalog.Check("a", catalog.At(a)), catalog.Put("c", nil, catalog.Absent()))
	if err != nil || rev != a+1 {
		k.fatalf("Compose = revision %d, %v; want %d", rev, err, a+1)
	}
	want := []catalog.Record{{Key: "missing"}, {Key: "a", Value: []byte("one"), Revision: a}}
	if len(got) != len(want) || !sameRecord(got[0], want[0]) || got[0].Value != nil || !sameRecord(got[1], want[1]) {
		k.Errorf("Compose shows %d records, %v; want %v", len(got), got, want)
	}
	k.has(s, "b", "one", rev)
	k.has(s, "c", "", rev)
	copy(got[1].Value, "WRONG")
	k.has(s, "a", "one", a)
	k.composeFails(s, c)

	// No update is lost, and nobody has to try again.
	k.together(storeWorkers, func(i int) error {
		for turn := range storeTurns {
			mark := catalog.Put(fmt.Sprintf("mark/counter/%d/%d", i, turn), nil, catalog.Absent())
			if _, err := c.Compose(k.ctx, []string{"counter"}, plusOne("counter"), mark); err != nil {
				return err
			}
		}
		return nil
	})
	k.counted(s, "counter", storeWorkers*storeTurns)
	if err := s.Close(); err != nil {
		k.Errorf("Close: %v", err)
	}
	if _, err := c.Compose(k.ctx, []string{"counter"}, plusOne("counter")); !errors.Is(err, catalog.ErrClosed) {
		k.Errorf("Compose after Close: %v, want ErrClosed", err)
	}
}

// composeFails looks at what changes nothing.
func (k *storeKit) composeFails(s catalog.Store, c catalog.Composer) {
	k.Helper()
	put := func(key string, p catalog.Precondition) catalog.Op { return catalog.Put(key, nil, p) }
	returns := func(err error, ops ...catalog.Op) func([]catalog.Record) ([]catalog.Op, error) {
		return func([]catalog.Record) ([]catalog.Op, error) { return ops, err }
	}
	before := k.content(s)
	if _, err := c.Compose(k.ctx, nil, returns(errCompose, put("x", catalog.Any())), put("y", catalog.Any())); !errors.Is(err, errCompose) {
		k.Errorf("Compose: %v, want the error of compose", err)
	}
	for name, call := range map[string]func() error{
		"a key too many": func() error {
			_, err := c.Compose(k.ctx, nil, returns(nil, put("x", catalog.Any())), put("x", catalog.Any()))
			return err
		},
		"an empty key": func() error {
			_, err := c.Compose(k.ctx, []string{""}, returns(nil, put("x", catalog.Any())))
			return err
		},
		"an empty key composed": func() error {
			_, err := c.Compose(k.ctx, nil, returns(nil, put("", catalog.Any())))
			return err
		},
	} {
		if err := call(); !errors.Is(err, catalog.ErrInvalid) {
			k.Errorf("Compose with %s: %v, want ErrInvalid", name, err)
		}
	}
	_, err := c.Compose(k.ctx, nil, returns(nil, put("x", catalog.Absent())), put("y", catalog.Any()), put("a", catalog.Absent()))
	var conflict *catalog.ConflictError
	if !errors.As(err, &conflict) || conflict.Index != 2 || conflict.Key != "a" {
		k.Errorf("Compose: %v, want a conflict at op 2", err)
	}
	if after := k.content(s); after != before {
		k.Errorf("Compose failed and yet changed the store\nfrom %s\nto   %s", before, after)
	}
}
