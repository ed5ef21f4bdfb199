package catalogtest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

// oddKeys are keys in their order, which is that of their bytes: not that of
// letters without case, of numbers, of a locale, of code units, or of C strings.
func oddKeys() []string {
	return []string{
		"\x00", "\x00\x00", "\x00a", "\x01", "\t", "\n", " ", "!", "%", "%2F", "*", "-", ".", "..", "/", "/a", "0", "10", "9",
		"A", "B", "[", "\\", "]", "_", "a", "a\x00", "a\x00b", "a\x01", "a b", "a%", "a/", "a/b", "a/b/c", "a0", "aB", "a_", "ab", "a\x7f",
		"aß", "aé", "a\U0001f600", "a\xfe", "a\xff", "a\xff\x00", "a\xff\xff", "b", "z", "\x7f", "\x80", "ß", "é", "\uffff", "\U0001f600",
		"\xf8", "\xfe", "\xff", "\xff\x00", "\xff\xff",
	}
}

func (k *storeKit) openOdd() (catalog.Store, []string) {
	k.Helper()
	s, keys := k.open(), oddKeys()
	for _, i := range rand.New(rand.NewPCG(1, 2)).Perm(len(keys)) { //nolint:gosec // an order, not a secret
		k.put(s, keys[i], "value of "+keys[i])
	}
	return s, keys
}

func storeKeyOrder(k *storeKit) {
	s, keys := k.openOdd()
	k.lists(s, "", "", catalog.MaxStorePage, keys...)
	for _, r := range k.all(s, "") {
		if string(r.Value) != "value of "+r.Key {
			k.Errorf("List has %s", showRecord(r))
		}
	}
	for i, key := range keys {
		if got := string(k.get(s, key).Value); got != "value of "+key {
			k.Errorf("Get(%q) = %q", key, got)
		}
		k.lists(s, "", key, catalog.MaxStorePage, keys[i+1:]...)
		k.apply(s, catalog.Delete(key, catalog.Any()))
		k.hasNot(s, key)
		k.lists(s, "", "", catalog.MaxStorePage, keys[i+1:]...)
	}
}

func storePrefix(k *storeKit) {
	s, keys := k.openOdd()
	prefixes := append([]string{"\xff\xff\xff", "a\xff\xff\xff", "zz", "\x00\x00\x00", "A/", strings.Repeat("\xff", catalog.MaxStoreKey)}, keys...)
	for _, prefix := range prefixes {
		var want []string
		for _, key := range keys {
			if strings.HasPrefix(key, prefix) {
				want = append(want, key)
			}
		}
		k.lists(s, prefix, "", catalog.MaxStorePage, want...)
		for _, after := range append([]string{prefix + "a"}, keys...) {
			if len(after) > catalog.MaxStoreKey {
				continue
			}
			var rest []string
			for _, key := range want {
				if key > after {
					rest = append(rest, key)
				}
			}
			k.lists(s, prefix, after, 3, rest[:min(3, len(rest))]...)
		}
	}
}

func storePages(k *storeKit) {
	s := k.open()
	const n = 25
	var keys []string
	for i := range n {
		keys = append(keys, fmt.Sprintf("p/%02d", i))
		k.put(s, keys[i], "v")
	}
	k.put(s, "o", "before")
	k.put(s, "p", "before")
	k.put(s, "p0", "after")
	for _, limit := range []int{1, 2, 5, n - 1, n, n + 1} {
		after := ""
		for i := 0; i < n; i += limit {
			k.lists(s, "p/", after, limit, keys[i:min(i+limit, n)]...)
			after = keys[min(i+limit, n)-1]
		}
		k.lists(s, "p/", after, limit)
	}
	// A page goes on behind a key that is no longer there, or never was.
	k.apply(s, catalog.Delete(keys[4], catalog.Any()))
	k.lists(s, "p/", keys[4], 2, keys[5], keys[6])
	k.lists(s, "p/", keys[4]+"x", 2, keys[5], keys[6])
}
