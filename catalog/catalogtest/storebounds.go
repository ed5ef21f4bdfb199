package catalogtest

import (
	"bytes"
	"errors"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

func storeKeyBounds(k *storeKit) {
	s := k.open()
	long := strings.Repeat("k", catalog.MaxStoreKey)
	rev := k.put(s, long, "long")
	k.has(s, long, "long", rev)
	k.lists(s, long, "", 2, long)
	k.lists(s, "", long, 2)
	k.apply(s, catalog.Check(long, catalog.At(rev)))
	highest := strings.Repeat("\xff", catalog.MaxStoreKey)
	k.put(s, highest, "highest")
	k.lists(s, "\xff", "", 2, highest)
	k.lists(s, "", long, 2, highest)

	for _, key := range []string{"", long + "k"} {
		if _, err := s.Get(k.ctx, key); !errors.Is(err, catalog.ErrInvalid) {
			k.Errorf("Get(%s): %v, want ErrInvalid", short(key), err)
		}
		k.refused(s, catalog.Put("ok", nil, catalog.Any()), catalog.Put(key, nil, catalog.Any()))
		k.refused(s, catalog.Put("ok", nil, catalog.Any()), catalog.Delete(key, catalog.Any()))
		k.refused(s, catalog.Put("ok", nil, catalog.Any()), catalog.Check(key, catalog.Any()))
	}
	for _, args := range [][2]string{{long + "k", ""}, {"", long + "k"}} {
		if _, err := s.List(k.ctx, args[0], args[1], 1); !errors.Is(err, catalog.ErrInvalid) {
			k.Errorf("List(%s, %s): %v, want ErrInvalid", short(args[0]), short(args[1]), err)
		}
	}
}

func storeValueBounds(k *storeKit) {
	s := k.open()
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
	k.apply(s, catalog.Put("large", large, catalog.Any()))
	if got := k.get(s, "large"); !bytes.Equal(got.Value, large) {
		k.Errorf("a value of %d bytes comes back as %d others", len(large), len(got.Value))
	}
	if k.short {
		return
	}
	largest := make([]byte, catalog.MaxStoreValue+1)
	largest[0], largest[catalog.MaxStoreValue-1] = 'x', 'y'
	k.refused(s, catalog.Put("ok", nil, catalog.Any()), catalog.Put("too large", largest, catalog.Any()))
	largest = largest[:catalog.MaxStoreValue]
	k.apply(s, catalog.Put("large", largest, catalog.Any()))
	if got := k.get(s, "large"); !bytes.Equal(got.Value, largest) {
		k.Errorf("a value of %d bytes comes back as %d others", len(largest), len(got.Value))
	}
}

func storePageBounds(k *storeKit) {
	s := k.open()
	rev := k.put(s, "a", "one")
	for _, limit := range []int{0, -1, catalog.MaxStorePage + 1} {
		if _, err := s.List(k.ctx, "", "", limit); !errors.Is(err, catalog.ErrInvalid) {
			k.Errorf("List with limit %d: %v, want ErrInvalid", limit, err)
		}
		if _, _, err := s.Changes(k.ctx, 0, limit); !errors.Is(err, catalog.ErrInvalid) {
			k.Errorf("Changes with limit %d: %v, want ErrInvalid", limit, err)
		}
	}
	if _, _, err := s.Changes(k.ctx, -1, 1); !errors.Is(err, catalog.ErrInvalid) {
		k.Errorf("Changes since -1: %v, want ErrInvalid", err)
	}
	k.lists(s, "", "", catalog.MaxStorePage, "a")
	if page, next := k.changes(s, 0, catalog.MaxStorePage); len(page) != 1 || next != rev {
		k.Errorf("Changes(0) = %d changes and %d, want 1 and %d", len(page), next, rev)
	}
}

func storeCopies(k *storeKit) {
	s := k.open()
	in := []byte("value")
	rev := k.apply(s, catalog.Put("a", in, catalog.Any()))
	copy(in, "WRONG")
	k.has(s, "a", "value", rev)

	read := map[string]func() []byte{
		"Get": func() []byte { return k.get(s, "a").Value },
		"List": func() []byte {
			page := k.list(s, "a", "", 1)
			if len(page) != 1 {
				k.fatalf("List has %d records, want 1", len(page))
			}
			return page[0].Value
		},
		"Changes": func() []byte {
			page, _ := k.changes(s, 0, 1)
			if len(page) != 1 {
				k.fatalf("Changes(0) has %d changes, want 1", len(page))
			}
			return page[0].Value
		},
	}
	for name, from := range read {
		got := from()
		copy(got, "WRONG")
		_ = append(got[:min(1, len(got))], "WRONG"...)
		for _, again := range read {
			if value := string(again()); value != "value" {
				k.fatalf("writing into what %s returned changed the store to %q", name, value)
			}
		}
	}
}
