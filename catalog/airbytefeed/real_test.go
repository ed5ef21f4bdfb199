package airbytefeed

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/realdata"
	"github.com/stretchr/testify/require"
)

func realRegistry(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join(realdata.Dir(tb, "airbyte"), "oss_registry-2025-06-16.json"))
	require.NoError(tb, err)
	return data
}

func TestRealRegistryIsOfferedWhole(t *testing.T) {
	t.Parallel()
	data := realRegistry(t)
	conns, problems := load(t, data)
	require.Len(t, conns, 617)
	for _, p := range problems {
		require.Equal(t, connector.LostNothing, p.Lost, "%v", p)
	}
	count := map[string]int{}
	types := map[auth.Type]int{}
	for i := range conns {
		c := &conns[i]
		count[c.Categories[0]]++
		for _, r := range c.Releases {
			count[string(r.EffectiveStage())]++
			count["breaking"] += len(r.Breaking)
			require.False(t, r.Published.IsZero())
			require.NotEmpty(t, r.Manifest.Auth)
			require.NotEmpty(t, r.Manifest.DocsURL)
			for _, s := range r.Manifest.Auth {
				types[s.Type]++
			}
		}
	}
	require.Equal(t, 566, count["source"])
	require.Equal(t, 51, count["destination"])
	require.Equal(t, 59, count["GA"])
	require.Equal(t, 624, count["GA"]+count["Preview"], "617 versions and 7 release candidates")
	require.Greater(t, count["breaking"], 140)
	require.GreaterOrEqual(t, types[auth.OAuth2Code], 46)
	for _, want := range []auth.Type{auth.None, auth.Basic, auth.Bearer, auth.ClientCredentials, auth.AWSSigV4, auth.Custom} {
		require.Positive(t, types[want], "%s", want)
	}
	again, _, err := parse(data)
	require.NoError(t, err)
	for i := range conns {
		require.Equal(t, conns[i].Releases[0].Digest(), again[i].Releases[0].Digest())
	}
}

// What looks like a key in the registry is an example, and no value of ours.
func TestRealExamplesAreNeverValues(t *testing.T) {
	t.Parallel()
	data := realRegistry(t)
	examples := map[string]bool{}
	var doc any
	require.NoError(t, json.Unmarshal(data, &doc))
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case list:
			for _, e := range v {
				visit(e)
			}
		case object:
			if v["airbyte_secret"] == true {
				for _, member := range []string{"examples", "example", "default"} {
					for _, e := range append(list{v[member]}, asList(v[member])...) {
						if s, ok := e.(string); ok && len(s) > 8 {
							examples[s] = true
						}
					}
				}
			}
			for _, e := range v {
				visit(e)
			}
		}
	}
	visit(doc)
	require.NotEmpty(t, examples)
	conns, _ := load(t, data)
	for i := range conns {
		for _, r := range conns[i].Releases {
			for _, s := range r.Manifest.Auth {
				for _, p := range s.Params {
					for _, v := range append(list{p.Default}, p.Enum...) {
						if s, ok := v.(string); ok {
							require.False(t, examples[s], "%s: %s has an example as its value", conns[i].Key, p.Key)
						}
					}
				}
			}
		}
	}
}

func asList(v any) list {
	l, _ := v.(list)
	return l
}

// The real registry with damage in random places: nothing panics and every
// definition is accounted for. What is not damaged is offered as before.
func TestRealRegistryDamaged(t *testing.T) {
	t.Parallel()
	var doc struct {
		Sources      []json.RawMessage `json:"sources"`
		Destinations []json.RawMessage `json:"destinations"`
	}
	require.NoError(t, json.Unmarshal(realRegistry(t), &doc))
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 8 {
		sources := make(list, 60)
		damaged := map[int]bool{}
		for i := range sources {
			var d any
			require.NoError(t, json.Unmarshal(doc.Sources[random.IntN(len(doc.Sources))], &d))
			d.(object)["sourceDefinitionId"] = id(i)
			if rc, ok := d.(object)["releases"].(object); ok {
				delete(rc, "releaseCandidates")
			}
			sources[i] = d
			if i%3 == 0 {
				damaged[i] = true
				sources[i] = damage(random, d)
			}
		}
		conns, _ := load(t, registry(t, sources))
		offered := map[string]bool{}
		for i := range conns {
			offered[string(conns[i].Key)] = true
		}
		for i := range sources {
			require.True(t, damaged[i] || offered[id(i)], "%d is not damaged", i)
		}
	}
}

// damage replaces one random value inside v.
func damage(random *rand.Rand, v any) any {
	switch {
	case random.IntN(8) == 0:
	case len(asObject(v)) > 0:
		o := asObject(v)
		keys := make([]string, 0, len(o))
		for k := range o {
			keys = append(keys, k)
		}
		k := keys[random.IntN(len(keys))]
		if random.IntN(8) == 0 {
			delete(o, k)
		} else {
			o[k] = damage(random, o[k])
		}
		return o
	case len(asList(v)) > 0:
		l := asList(v)
		i := random.IntN(len(l))
		l[i] = damage(random, l[i])
		return l
	}
	return []any{nil, true, 0, -1.5, "", "x", strings.Repeat("é", 300), list{}, list{nil}, object{}, object{"": nil}}[random.IntN(11)]
}

func asObject(v any) object {
	o, _ := v.(object)
	return o
}

func BenchmarkRealRegistry(b *testing.B) {
	data := realRegistry(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := parse(data); err != nil {
			b.Fatal(err)
		}
	}
}
