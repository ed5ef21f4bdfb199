package catalogtest

import (
	"fmt"

	"github.com/patchbay/patchbay/catalog"
)

func storePreconditions(k *storeKit) {
	s := k.open()
	value := []byte("value")
	old := k.put(s, "here", "one")
	now := k.put(s, "here", "two")
	for _, op := range []func(string, catalog.Precondition) catalog.Op{
		func(key string, p catalog.Precondition) catalog.Op { return catalog.Put(key, value, p) },
		catalog.Delete,
		catalog.Check,
	} {
		k.conflict(s, 0, op("here", catalog.Absent()))
		k.conflict(s, 0, op("here", catalog.At(old)))
		k.conflict(s, 0, op("here", catalog.At(now+1)))
		k.conflict(s, 0, op("here", catalog.At(0)))
		k.conflict(s, 0, op("gone", catalog.At(now)))
		k.conflict(s, 0, op("gone", catalog.At(0))) // 0 is no revision, not "absent"
	}

	next := k.apply(s, catalog.Put("here", value, catalog.At(now)))
	k.has(s, "here", "value", next)
	k.conflict(s, 0, catalog.Put("here", value, catalog.At(now)))
	k.apply(s, catalog.Delete("here", catalog.At(next)))
	k.conflict(s, 0, catalog.Delete("here", catalog.At(next)))
	k.conflict(s, 0, catalog.Put("here", value, catalog.At(next)))
	again := k.apply(s, catalog.Put("here", value, catalog.Absent()))
	k.conflict(s, 0, catalog.Put("here", value, catalog.At(next)))
	k.has(s, "here", "value", again)
	k.apply(s, catalog.Put("gone", value, catalog.Absent()))
	k.conflict(s, 0, catalog.Put("gone", value, catalog.Absent()))
}

func storeFirstFailure(k *storeKit) {
	s := k.open()
	const n = 6
	var revs [n]catalog.Revision
	for i := range n {
		revs[i] = k.put(s, fmt.Sprint("key", i), "old")
	}
	for bad := range n {
		ops := []catalog.Op{}
		for i := range n {
			p := catalog.At(revs[i])
			if i >= bad { // the later ones fail too, but are not the first
				p = catalog.At(revs[i] + n)
			}
			ops = append(ops, catalog.Put(fmt.Sprint("key", n-1-i), nil, catalog.Any()))
			ops[i].Key, ops[i].If = fmt.Sprint("key", i), p
		}
		k.conflict(s, bad, ops...)
	}
}

func storeAllOrNothing(k *storeKit) {
	s := k.open()
	a := k.put(s, "a", "one")
	// The op that fails comes last, first and in the middle.
	put := catalog.Put("b", []byte("two"), catalog.Any())
	change := catalog.Put("a", []byte("three"), catalog.At(a))
	remove := catalog.Delete("a", catalog.At(a))
	fails := catalog.Put("c", nil, catalog.At(a))
	k.conflict(s, 2, put, change, fails)
	k.conflict(s, 0, fails, put, change)
	k.conflict(s, 1, put, fails, remove)
	k.conflict(s, 1, remove, fails)
	if page, _ := k.changes(s, a, 10); len(page) != 0 {
		k.Errorf("failed Applys left %d changes", len(page))
	}

	ops := []catalog.Op{remove}
	for i := range 500 {
		ops = append(ops, catalog.Put(fmt.Sprintf("many/%03d", i), []byte{byte(i)}, catalog.Absent()))
	}
	rev := k.apply(s, ops...)
	k.hasNot(s, "a")
	many := k.all(s, "many/")
	if len(many) != len(ops)-1 {
		k.Errorf("%d records, want %d", len(many), len(ops)-1)
	}
	for _, r := range many {
		if r.Revision != rev {
			k.fatalf("%s is of another revision than the Apply, %d", showRecord(r), rev)
		}
	}
	ops = ops[1:]
	ops[len(ops)-1].Key = "new"
	k.conflict(s, 0, ops...) // present but the last
}

func storeTwoOps(k *storeKit) {
	s := k.open()
	k.put(s, "a", "one")
	put := catalog.Put("a", []byte("two"), catalog.Any())
	k.refused(s, put, put)
	k.refused(s, put, catalog.Delete("a", catalog.Any()))
	k.refused(s, catalog.Check("a", catalog.Any()), catalog.Put("b", nil, catalog.Any()), put)
	k.refused(s, catalog.Op{Key: "a"}) // no kind
	k.refused(s, catalog.Op{Kind: catalog.OpCheck + 1, Key: "a"})
}
