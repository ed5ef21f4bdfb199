package airbyte_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/airbytefeed"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/realdata"
)

// object and list are JSON.
type (
	object = map[string]any
	list   = []any
)

// spec is one specification beside what the feed made of it.
type spec struct {
	name    string // for messages
	schema  object // "connectionSpecification", as it is
	schemes []auth.Scheme
	losses  []loss
}

// loss is one fault of a Problem that lies inside the specification.
type loss struct {
	at     []string // tokens of the JSON pointer from the specification
	reason string
}

// specs reads the registry and loads it through the feed.
func specs(tb testing.TB) []*spec {
	tb.Helper()
	const file = "oss_registry-2025-06-16.json"
	dir := realdata.Dir(tb, "airbyte")
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		tb.Fatal(err)
	}
	var doc map[string][]struct {
		Source      string `json:"sourceDefinitionId"`
		Destination string `json:"destinationDefinitionId"`
		Name        string `json:"name"`
		Spec        struct {
			Connection object `json:"connectionSpecification"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		tb.Fatal(err)
	}
	update, err := airbytefeed.File(os.DirFS(dir), file, nil).Load(tb.Context(), catalog.FeedState{})
	if err != nil {
		tb.Fatal(err)
	}
	offered := make(map[connector.Key]*connector.Release, len(update.Connectors))
	for i := range update.Connectors {
		offered[update.Connectors[i].Key] = &update.Connectors[i].Releases[0]
	}
	var out []*spec
	for _, role := range []string{"sources", "destinations"} {
		for _, d := range doc[role] {
			key := connector.Key(strings.ToLower(d.Source + d.Destination))
			release := offered[key]
			if release == nil {
				tb.Fatalf("%s (%s) is not offered", d.Name, key)
			}
			out = append(out, &spec{
				name: role + " " + d.Name, schema: d.Spec.Connection,
				schemes: release.Manifest.Auth, losses: lossesOf(update.Problems, string(key), release.Version),
			})
		}
	}
	return out
}

// lossesOf collects what the feed says it could not express of a release's
// specification, the deepest first.
func lossesOf(problems []connector.Problem, key, version string) []loss {
	var out []loss
	for _, p := range problems {
		if p.Key != key || p.Version != version {
			continue
		}
		for _, f := range p.Faults {
			if _, inside, ok := strings.Cut(f.Pointer, "/spec/connectionSpecification"); ok {
				out = append(out, loss{tokens(inside), f.Reason})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b loss) int { return len(b.at) - len(a.at) })
	return out
}

// tokens splits a JSON pointer, RFC 6901.
func tokens(pointer string) []string {
	if pointer == "" {
		return nil
	}
	out := strings.Split(pointer[1:], "/")
	for i := range out {
		out[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(out[i])
	}
	return out
}

// dotted returns the key that a parameter at a place of the specification has.
func dotted(at []string) string {
	var names []string
	for i := 0; i+1 < len(at); i++ {
		switch at[i] {
		case "properties":
			i++
			names = append(names, at[i])
		case "oneOf":
			i++
		}
	}
	return strings.Join(names, ".")
}
