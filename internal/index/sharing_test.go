package index

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type word string

func (w word) Place() Place          { return Place{Key: string(w)} }
func (w word) Facets(func(Facet))    {}
func (w word) Until() time.Time      { return time.Time{} }
func (w word) Text(add func(string)) { add(string(w)) }

// An edit shares every run it does not merge, with what was derived from it.
func TestWith_SharesWhatDidNotChange(t *testing.T) {
	t.Parallel()
	var all []word
	for i := range 10_000 {
		all = append(all, word(fmt.Sprintf("w%05d", i)))
	}
	m := Map[word]{}.With(nil, all)
	require.Len(t, m.parts, 1)
	big := m.parts[0].run
	big.words()
	for i := range 1000 {
		before := m
		m = m.With(all[i*7:i*7+1], all[i*7:i*7+1])
		require.Same(t, big, m.parts[0].run, "edit %d", i)
		require.Less(t, len(m.parts), 8)
		for k := 1; k < len(m.parts); k++ {
			require.Greater(t, m.parts[k-1].live, growth*m.parts[k].live)
		}
		require.Equal(t, 10_000, before.Len())
	}
	require.Equal(t, 9_000, m.parts[0].live)
	require.Same(t, big.words(), m.parts[0].run.words())

	// The work of many small edits stays small: an item is moved once per size of run, growth times each.
	moved := 0
	m = Map[word]{}
	for i := range 4096 {
		had := map[*run[word]]bool{}
		for _, p := range m.parts {
			had[p.run] = true
		}
		m = m.With(nil, all[i:i+1])
		for _, p := range m.parts {
			if !had[p.run] {
				moved += p.live
			}
		}
	}
	require.Less(t, moved, 4096*30)

	// What is mostly gone is dropped.
	m = Map[word]{}.With(nil, all).With(all[:5_001], nil)
	require.Nil(t, m.parts[0].dead)
	require.Equal(t, 4_999, m.Len())
	require.Empty(t, m.With(all[5_001:], nil).parts)
}
