package index_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/internal/index"
)

// shelf is n items of the size of connectors.
func shelf(n int) []*item {
	r := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("sales force mail chimp slack jira ser vice now hub spot zen desk git lab drop box air table mon day no tion in ter com seg ment post gres my sql snow flake big que ry")
	vocabulary := make([]string, 2_000)
	for i := range vocabulary {
		for range 1 + r.IntN(3) {
			vocabulary[i] += syllables[r.IntN(len(syllables))]
		}
	}
	word := func() string { return vocabulary[int(float64(len(vocabulary))*r.Float64()*r.Float64())] }
	all := make([]*item, n)
	for i := range all {
		name := word() + " " + word() + " " + strconv.Itoa(i)
		x := &item{name: name, key: fmt.Sprintf("%s/%s-%05d", word(), word(), i)}
		x.facets = []index.Facet{{Kind: 1, Value: []string{"GA", "Preview"}[i%7/6]}, {Kind: 2, Value: word()}, {Kind: 3, Value: strconv.Itoa(i % 3)}, {Kind: 4, Value: strconv.FormatBool(i%2 == 0)}}
		description := make([]string, 14)
		for k := range description {
			description[k] = word()
		}
		x.texts = []string{x.key, name, strings.Join(description, " "), "publisher " + strconv.Itoa(i%200)}
		all[i] = x
	}
	return all
}

func sizes(b *testing.B, run func(b *testing.B, all []*item)) {
	b.Helper()
	for _, n := range []int{1_000, 10_000} {
		all := shelf(n)
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			b.ReportAllocs()
			run(b, all)
		})
	}
}

// benchmarkPage takes the first page of a query.
func benchmarkPage(b *testing.B, q index.Query[*item]) {
	b.Helper()
	q.Holds = func(*item) bool { return true }
	sizes(b, func(b *testing.B, all []*item) {
		b.Helper()
		m := index.Map[*item]{}.With(nil, all)
		found := 0
		for b.Loop() {
			s := m.Select(&q)
			n := 0
			for range s.All(false) {
				if n++; n == 50 {
					break
				}
			}
			found = s.Len()
		}
		if found == 0 {
			b.Fatal("nothing found")
		}
		b.ReportMetric(float64(found), "matches")
	})
}

func BenchmarkPageFiltered(b *testing.B) {
	benchmarkPage(b, index.Query[*item]{Facets: []index.Facet{{Kind: 1, Value: "GA"}, {Kind: 3, Value: "2"}, {Kind: 4, Value: "true"}}})
}

func BenchmarkSearchPrefix(b *testing.B) {
	benchmarkPage(b, index.Query[*item]{Words: []string{"salesf"}})
}

func BenchmarkSearchTwoLetters(b *testing.B) {
	benchmarkPage(b, index.Query[*item]{Words: []string{"er"}})
}

func BenchmarkSearchTwoWords(b *testing.B) {
	benchmarkPage(b, index.Query[*item]{Words: []string{"sales", "mail"}})
}

func BenchmarkSearchTypo(b *testing.B) {
	benchmarkPage(b, index.Query[*item]{Words: []string{"salesfroce"}})
}

// BenchmarkIndexBuild makes a Map and derives all of it.
func BenchmarkIndexBuild(b *testing.B) {
	sizes(b, func(b *testing.B, all []*item) {
		b.Helper()
		for b.Loop() {
			m := index.Map[*item]{}.With(nil, all)
			m.Select(&index.Query[*item]{Words: []string{"x"}, Facets: []index.Facet{{Kind: 1}}})
		}
	})
}

// BenchmarkEdit changes one item, and searches.
func BenchmarkEdit(b *testing.B) {
	sizes(b, func(b *testing.B, all []*item) {
		b.Helper()
		m := index.Map[*item]{}.With(nil, all)
		i := 0
		for b.Loop() {
			m = m.With(all[i:i+1], all[i:i+1])
			m.Select(&index.Query[*item]{Words: []string{"salesf"}})
			i = (i + 7) % len(all)
		}
	})
}

func BenchmarkAvailableAll(b *testing.B) {
	sizes(b, func(b *testing.B, all []*item) {
		b.Helper()
		m := index.Map[*item]{}.With(nil, all[100:]).With(nil, all[:100])
		for b.Loop() {
			for range m.All() {
			}
		}
	})
}
