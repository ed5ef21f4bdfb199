package index_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/patchbay/patchbay/internal/index"
)

func search(texts []string, words ...string) (found, typos []string) {
	var all []*item
	for _, s := range texts {
		all = append(all, &item{key: s, texts: []string{s}})
	}
	s := index.Map[*item]{}.With(nil, all).Select(&index.Query[*item]{Words: words})
	return keys(slices.Collect(s.All(false))), s.Typos
}

func TestSearch_Words(t *testing.T) {
	t.Parallel()
	texts := []string{"gmail by google", "mailchimp", "office365", "salesforce", "slack-bot (beta)", "ünïcode"}
	for _, c := range []struct {
		words, found, typos []string
	}{
		{words: []string{"mail"}, found: []string{"gmail by google", "mailchimp"}},
		{words: []string{"a"}, found: []string{"gmail by google", "mailchimp", "salesforce", "slack-bot (beta)"}},
		{words: []string{"ï"}, found: []string{"ünïcode"}},
		{words: []string{"-b"}, found: []string{"slack-bot (beta)"}},
		{words: []string{"(b"}, found: []string{"slack-bot (beta)"}},
		{words: []string{"mail", "goo"}, found: []string{"gmail by google"}},
		{words: []string{"mail", "mail"}, found: []string{"gmail by google", "mailchimp"}},
		{words: []string{"mail", "force"}},
		{words: []string{"zzz"}},

		{words: []string{"salesfroce"}, found: []string{"salesforce"}, typos: []string{"salesfroce"}},
		{words: []string{"saelsf"}, found: []string{"salesforce"}, typos: []string{"saelsf"}},
		{words: []string{"asles"}, found: []string{"salesforce"}, typos: []string{"asles"}},
		{words: []string{"sallesforce"}, found: []string{"salesforce"}, typos: []string{"sallesforce"}},
		{words: []string{"salesfore"}, found: []string{"salesforce"}, typos: []string{"salesfore"}},
		{words: []string{"xalesforce"}, found: []string{"salesforce"}, typos: []string{"xalesforce"}},
		{words: []string{"salesforcex"}, found: []string{"salesforce"}, typos: []string{"salesforcex"}},
		{words: []string{"btea"}, found: []string{"slack-bot (beta)"}, typos: []string{"btea"}},
		{words: []string{"unïcode"}, found: []string{"ünïcode"}, typos: []string{"unïcode"}},
		{words: []string{"slack_bot"}, found: []string{"slack-bot (beta)"}, typos: []string{"slack_bot"}},
		{words: []string{"saelfsorce"}}, // two errors
		{words: []string{"abmail"}},     // not where a term begins
		{words: []string{"chymp"}},      // likewise
		{words: []string{"bty"}},        // too short to guess
		{words: []string{"366"}},        // a number
		{words: []string{"offi366"}},    // two errors
		{words: []string{"office366"}, found: []string{"office365"}, typos: []string{"office366"}},
		{words: []string{"mail", "salesfroce"}}, // the rest must hold all the same
		{words: []string{"mali", "gogle"}, found: []string{}, typos: nil},
		{words: []string{"gogle", "gmali"}, found: []string{"gmail by google"}, typos: []string{"gogle", "gmali"}},
	} {
		found, typos := search(texts, c.words...)
		slices.Sort(found)
		assert.ElementsMatch(t, c.found, found, c.words)
		if len(found) > 0 {
			assert.ElementsMatch(t, c.typos, typos, c.words)
		}
	}
}

// A word that only items say which are gone occurs nowhere.
func TestSearch_TheGoneDoNotCount(t *testing.T) {
	t.Parallel()
	all := []*item{{key: "a", texts: []string{"slaak"}}, {key: "b", texts: []string{"slack"}}, {key: "c", texts: []string{"jira"}}, {key: "d", texts: []string{"more"}}}
	m := index.Map[*item]{}.With(nil, all)
	q := &index.Query[*item]{Words: []string{"slaak"}}
	assert.Equal(t, []string{"a"}, keys(slices.Collect(m.Select(q).All(false))))
	s := m.With(all[:1], nil).Select(q)
	assert.Equal(t, []string{"b"}, keys(slices.Collect(s.All(false))))
	assert.Equal(t, []string{"slaak"}, s.Typos)
}

// FuzzSearch looks for whatever somebody types in a list of whatever feeds say.
func FuzzSearch(f *testing.F) {
	for _, q := range []string{"mail", "gmial", "a", "", "\xff", "äpfle no", "slack_bot", "日本テスト", strings.Repeat("ab ", 20)} {
		f.Add(q, "Slack-bot \xffé (x) 日本語", uint64(1))
	}
	f.Fuzz(func(t *testing.T, text, said string, seed uint64) {
		if len(text) > 200 || len(said) > 200 {
			return
		}
		r := &maker{Rand: rand.New(rand.NewPCG(seed, 0))}
		all := []*item{{key: "fuzz", texts: []string{strings.ToLower(said)}}}
		for range r.IntN(12) {
			all = append(all, r.item())
		}
		m := index.Map[*item]{}.With(nil, all[:len(all)/2]).With(nil, all[len(all)/2:])
		q := &index.Query[*item]{Words: strings.Fields(strings.ToLower(text)), Now: now}
		check(t, m, all, q, r.item().Place())
	})
}
