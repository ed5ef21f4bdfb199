package catalog

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/internal/btree"
)

// holds are all skips, or all pins. They are immutable: to change some makes others, in
// time that does not depend on how many there are.
type holds struct {
	byID    btree.Map[string, version.Hold]
	byScope btree.Map[holdPlace, version.Hold]
}

// holdPlace orders holds by their scope, so that those which cover a connector lie
// together.
type holdPlace struct {
	scope version.Scope
	id    string
}

func (a holdPlace) compare(b holdPlace) int {
	return cmp.Or(cmp.Compare(a.scope, b.scope), cmp.Compare(a.id, b.id))
}

func newHolds() holds {
	return holds{
		byID:    btree.New[string, version.Hold](cmp.Compare[string]),
		byScope: btree.New[holdPlace, version.Hold](holdPlace.compare),
	}
}

func (h holds) get(id string) (version.Hold, bool) { return h.byID.Get(id) }

// with returns the holds and one more, or one changed.
func (h holds) with(one version.Hold) holds {
	h = h.without(one.ID)
	ids, scopes := h.byID.Edit(), h.byScope.Edit()
	ids.Set(one.ID, one)
	scopes.Set(holdPlace{one.Scope, one.ID}, one)
	return holds{ids.Map(), scopes.Map()}
}

func (h holds) without(id string) holds {
	old, there := h.byID.Get(id)
	if !there {
		return h
	}
	ids, scopes := h.byID.Edit(), h.byScope.Edit()
	ids.Delete(id)
	scopes.Delete(holdPlace{old.Scope, id})
	return holds{ids.Map(), scopes.Map()}
}

// all ranges over the holds by id.
func (h holds) all() iter.Seq[version.Hold] {
	return func(yield func(version.Hold) bool) {
		for _, one := range h.byID.From("") {
			if !yield(one) {
				return
			}
		}
	}
}

// covering returns the holds whose scope includes key, by id.
func (h holds) covering(key connector.Key) []version.Hold {
	scopes := []version.Scope{version.Everything, version.Scope(key)}
	if publisher, _, ok := strings.Cut(string(key), "/"); ok {
		scopes = append(scopes, version.Scope(publisher+"/*"))
	}
	var out []version.Hold
	for _, scope := range scopes {
		for at, one := range h.byScope.From(holdPlace{scope: scope}) {
			if at.scope != scope {
				break
			}
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b version.Hold) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// covered ranges over the entries that a scope includes.
func (s *snapshot) covered(scope version.Scope) iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		if scope.Narrowness() == version.Scope("x").Narrowness() {
			if e := s.entry(connector.Key(scope)); e != nil {
				yield(e)
			}
			return
		}
		prefix := strings.TrimSuffix(string(scope), "*") // of a publisher's keys; of all none
		for key, e := range s.entries.From(connector.Key(prefix)) {
			if !strings.HasPrefix(string(key), prefix) || scope.Covers(key) && !yield(e) {
				return
			}
		}
	}
}
