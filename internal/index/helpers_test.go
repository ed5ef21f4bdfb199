package index_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/patchbay/patchbay/internal/index"
)

var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// item is what the tests index.
type item struct {
	name, key string
	facets    []index.Facet
	until     time.Time
	later     []index.Facet // what is true from until on
	texts     []string
}

func (x *item) Place() index.Place { return index.Place{Name: x.name, Key: x.key} }
func (x *item) Until() time.Time   { return x.until }

func (x *item) Facets(add func(index.Facet)) {
	for _, f := range x.facets {
		add(f)
	}
}

func (x *item) Text(add func(string)) {
	for _, s := range x.texts {
		add(s)
	}
}

func (x *item) holds(want []index.Facet) bool {
	facets := x.facets
	if !x.until.IsZero() && !x.until.After(now) {
		facets = x.later
	}
	for _, f := range want {
		if !slices.Contains(facets, f) {
			return false
		}
	}
	return true
}

func (x *item) says(word string) bool {
	return slices.ContainsFunc(x.texts, func(s string) bool { return strings.Contains(s, word) })
}

// nearly reports whether, where a term begins, something stands that is one error away from the word.
func (x *item) nearly(word string) bool {
	for _, s := range x.texts {
		for token := range strings.FieldsSeq(s) {
			before := rune(' ')
			for i, r := range token {
				if inTerm(r) && !inTerm(before) {
					rest := []rune(token[i:])
					w := []rune(word)
					for n := max(0, len(w)-1); n <= min(len(rest), len(w)+1); n++ {
						if distance(w, rest[:n]) <= 1 {
							return true
						}
					}
				}
				before = r
			}
		}
	}
	return false
}

func inTerm(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }

// distance is the number of insertions, deletions, substitutions and swaps of neighbours.
func distance(a, b []rune) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0:
				d[i][j] = j
			case j == 0:
				d[i][j] = i
			default:
				same := 1
				if a[i-1] == b[j-1] {
					same = 0
				}
				d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+same)
				if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
					d[i][j] = min(d[i][j], d[i-2][j-2]+1)
				}
			}
		}
	}
	return d[len(a)][len(b)]
}

func letters(word string) int {
	n := 0
	for _, r := range word {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// brute answers a query item by item.
func brute(all []*item, q *index.Query[*item]) (want, typos []string) {
	words := slices.Clone(q.Words)
	slices.Sort(words)
	words = slices.Compact(words)
	left := slices.Clone(all)
	for _, w := range words {
		match := (*item).says
		if !slices.ContainsFunc(all, func(x *item) bool { return x.says(w) }) && letters(w) >= 4 {
			match = (*item).nearly
			if slices.ContainsFunc(all, func(x *item) bool { return x.nearly(w) }) {
				typos = append(typos, w)
			}
		}
		left = slices.DeleteFunc(left, func(x *item) bool { return !match(x, w) })
	}
	left = slices.DeleteFunc(left, func(x *item) bool { return !x.holds(q.Facets) })
	slices.SortFunc(left, func(a, b *item) int { return a.Place().Compare(b.Place()) })
	return keys(left), typos
}

func keys(items []*item) []string {
	out := []string{}
	for _, x := range items {
		out = append(out, x.key)
	}
	return out
}

// maker makes items that share words and names.
type maker struct {
	*rand.Rand

	made int
}

func (m *maker) pick(s ...string) string { return s[m.IntN(len(s))] }

func (m *maker) word() string {
	w := m.pick("mail", "gmail", "slack-bot", "sales", "salesforce", "(jira)", "äpfel", "apfel", "日本語テスト", "no", "a", "x.y/z", "2024", "office365", "über-mail", "e\u0301cole", "ǆ")
	if m.IntN(4) == 0 {
		w += m.pick("s", "-", "ing", "1", "é")
	}
	if m.IntN(6) == 0 {
		return m.damage(w)
	}
	return w
}

// damage makes a typing error or two.
func (m *maker) damage(w string) string {
	r := []rune(w)
	for range 1 + m.IntN(4)/3 {
		i := m.IntN(len(r))
		switch m.IntN(4) {
		case 0:
			r = slices.Insert(r, i, rune(m.pick("a", "z", "é", "-")[0]))
		case 1:
			if len(r) > 1 {
				r = slices.Delete(r, i, i+1)
			}
		case 2:
			r[i] = 'q'
		default:
			if i > 0 {
				r[i-1], r[i] = r[i], r[i-1]
			}
		}
	}
	return string(r)
}

func (m *maker) facets() []index.Facet {
	return []index.Facet{
		{Kind: 1, Value: m.pick("", "GA", "Preview")},
		{Kind: 2, Value: m.pick("crm", "chat", "mail", fmt.Sprint(m.IntN(300)))},
		{Kind: 2, Value: m.pick("crm", "erp")},
	}
}

func (m *maker) item() *item {
	m.made++
	x := &item{name: m.pick("", "a", "b", m.word(), m.word()), key: fmt.Sprintf("k%07d", m.made*7919%9_999_991), facets: m.facets()}
	switch m.IntN(10) {
	case 0:
		x.until, x.later = now.Add(-time.Second), m.facets()
	case 1:
		x.until, x.later = now.Add(time.Second), m.facets()
	case 2:
		x.until, x.later = now, m.facets()
	}
	x.texts = []string{x.key, x.name}
	for range m.IntN(5) {
		x.texts = append(x.texts, m.word()+m.pick(" ", "\n", "\u00a0", "  ")+m.word())
	}
	return x
}

func (m *maker) query() *index.Query[*item] {
	q := &index.Query[*item]{Now: now}
	if m.IntN(2) == 0 {
		q.Facets = m.facets()[:1+m.IntN(3)]
	}
	for range m.IntN(4) {
		w := m.word()
		if r := []rune(w); m.IntN(3) == 0 {
			i := m.IntN(len(r))
			w = string(r[i : i+1+m.IntN(len(r)-i)])
		}
		if m.IntN(3) == 0 {
			w = m.damage(w)
		}
		if w != "" {
			q.Words = append(q.Words, w)
		}
	}
	q.Holds = func(x *item) bool {
		if x.until.IsZero() || x.until.After(now) {
			panic("asked without need")
		}
		return x.holds(q.Facets)
	}
	return q
}
