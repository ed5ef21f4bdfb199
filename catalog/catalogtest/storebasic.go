package catalogtest

import (
	"github.com/patchbay/patchbay/catalog"
)

func storeGetPut(k *storeKit) {
	s := k.open()
	k.hasNot(s, "a")
	k.lists(s, "", "", 10)

	first := k.put(s, "a", "one")
	if first != 1 {
		k.Errorf("the first revision is %d, want 1", first)
	}
	k.has(s, "a", "one", first)

	second := k.put(s, "b", "two")
	k.has(s, "a", "one", first)
	k.has(s, "b", "two", second)

	third := k.put(s, "a", "three")
	k.has(s, "a", "three", third)

	fourth := k.put(s, "a", "three") // equal, and yet a change
	k.has(s, "a", "three", fourth)

	both := k.apply(s,
		catalog.Put("c", nil, catalog.Any()),
		catalog.Put("d", []byte{}, catalog.Any()),
		catalog.Put("e", []byte("\x00\xff\x00"), catalog.Any()))
	k.has(s, "c", "", both)
	k.has(s, "d", "", both)
	k.has(s, "e", "\x00\xff\x00", both)
}

func storeDelete(k *storeKit) {
	s := k.open()
	k.put(s, "a", "one")
	b := k.put(s, "b", "two")
	deleted := k.apply(s, catalog.Delete("a", catalog.Any()))
	if deleted <= b {
		k.Errorf("a deletion has revision %d, the one before was %d", deleted, b)
	}
	k.hasNot(s, "a")
	k.has(s, "b", "two", b)
	k.lists(s, "", "", 10, "b")
	again := k.apply(s, catalog.Put("a", []byte("anew"), catalog.Absent()))
	k.has(s, "a", "anew", again)

	mixed := k.apply(s, catalog.Delete("a", catalog.Any()), catalog.Put("c", []byte("three"), catalog.Any()))
	k.hasNot(s, "a")
	k.has(s, "c", "three", mixed)
}

func storeCheck(k *storeKit) {
	s := k.open()
	a := k.put(s, "a", "one")
	b := k.apply(s, catalog.Check("a", catalog.At(a)), catalog.Check("x", catalog.Absent()),
		catalog.Put("b", []byte("two"), catalog.Any()))
	k.has(s, "a", "one", a) // a check leaves the revision alone
	k.has(s, "b", "two", b)
	k.hasNot(s, "x")
	k.conflict(s, 1, catalog.Put("c", nil, catalog.Any()), catalog.Check("a", catalog.At(b)))
	k.conflict(s, 0, catalog.Check("a", catalog.Absent()), catalog.Put("c", nil, catalog.Any()))
}

func storeNothing(k *storeKit) {
	s := k.open()
	if rev := k.apply(s); rev != 0 {
		k.Errorf("Apply() of an empty store = revision %d, want 0", rev)
	}
	a := k.put(s, "a", "one")
	for _, ops := range [][]catalog.Op{
		nil,
		{catalog.Check("a", catalog.At(a))},
		{catalog.Check("a", catalog.Any()), catalog.Check("b", catalog.Absent())},
		{catalog.Delete("b", catalog.Any())},
		{catalog.Delete("b", catalog.Absent()), catalog.Check("a", catalog.At(a))},
	} {
		if rev := k.apply(s, ops...); rev != a {
			k.Errorf("Apply(%s), with nothing to change, = revision %d, want the newest, %d", showOps(ops), rev, a)
		}
	}
	if page, next := k.changes(s, a, 10); len(page) != 0 || next != a {
		k.Errorf("Changes(%d) = %d changes and %d, want none", a, len(page), next)
	}
	if b := k.put(s, "b", "two"); b <= a {
		k.Errorf("revision %d after %d", b, a)
	}
}
