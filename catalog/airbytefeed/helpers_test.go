package airbytefeed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/strictjson"
	"github.com/stretchr/testify/require"
)

// object and list are JSON.
type (
	object = map[string]any
	list   = []any
)

// id returns a made-up id.
func id(n int) string { return fmt.Sprintf("0000000a-0000-4000-8000-%012x", n) }

// def is a small valid source definition.
func def(n int, with ...object) object {
	d := object{
		"sourceDefinitionId": id(n), "name": fmt.Sprintf("Connector %d", n),
		"dockerRepository": "acme/source-x", "dockerImageTag": "1.2.3",
		"documentationUrl": "https://docs.example.com/x", "releaseStage": "generally_available",
		"spec": spec(object{"type": "object", "properties": object{}}),
	}
	for _, w := range with {
		maps.Copy(d, w)
	}
	return d
}

// dest is def as a destination.
func dest(n int, with ...object) object {
	d := def(n, with...)
	d["destinationDefinitionId"] = d["sourceDefinitionId"]
	delete(d, "sourceDefinitionId")
	return d
}

func spec(connection any, advanced ...any) object {
	s := object{"connectionSpecification": connection}
	if len(advanced) > 0 {
		s["advanced_auth"] = advanced[0]
	}
	return s
}

// registry is a document of sources, and destinations if any are given.
func registry(tb testing.TB, sources list, destinations ...any) []byte {
	tb.Helper()
	if destinations == nil {
		destinations = list{}
	}
	data, err := json.MarshalIndent(object{"sources": sources, "destinations": destinations}, "", " ")
	require.NoError(tb, err)
	return data
}

// load parses a document and holds the result to every promise.
func load(tb testing.TB, data []byte) ([]connector.Connector, []connector.Problem) {
	tb.Helper()
	conns, problems, err := parse(data)
	require.NoError(tb, err)
	check(tb, data, conns, problems)
	return conns, problems
}

// check holds what every result promises.
func check(tb testing.TB, data []byte, conns []connector.Connector, problems []connector.Problem) {
	tb.Helper()
	var doc struct {
		Sources, Destinations []json.RawMessage
	}
	require.NoError(tb, json.Unmarshal(data, &doc))
	lost := 0
	every := 1 + len(data)>>17 // finding a place in a long document takes its time
	for i, p := range problems {
		if p.Lost == connector.LostConnector {
			lost++
			require.Empty(tb, p.Version)
		}
		require.NotEmpty(tb, p.Faults)
		last := [2]int{}
		for _, f := range p.Faults {
			require.NotEmpty(tb, f.Reason)
			at := [2]int{f.Line, f.Column}
			require.False(tb, at[0] < last[0] || at[0] == last[0] && at[1] < last[1], "faults out of order: %v", p.Faults)
			last = at
			if i%every == 0 {
				located(tb, data, f)
			}
		}
	}
	require.Equal(tb, len(doc.Sources)+len(doc.Destinations), len(conns)+lost, "every definition is offered or lost")

	keys := map[connector.Key]bool{}
	for i := range conns {
		c := &conns[i]
		require.False(tb, keys[c.Key], "%s is offered twice", c.Key)
		keys[c.Key] = true
		require.Empty(tb, c.Validate())
		for _, r := range c.Releases {
			require.NotEmpty(tb, r.Digest())
			for _, s := range r.Manifest.Auth {
				for _, p := range s.Params {
					require.False(tb, p.Secret && (p.Default != nil || p.Enum != nil), "%s: %s shows a secret", c.Key, p.Key)
				}
			}
		}
	}
}

// located checks that a fault lies where its pointer leads, or after: inside the
// value, or at a duplicate of it.
func located(tb testing.TB, data []byte, f connector.Fault) {
	tb.Helper()
	lines := bytes.SplitAfter(data, []byte("\n"))
	require.Positive(tb, f.Line)
	require.LessOrEqual(tb, f.Line, len(lines))
	offset := f.Column - 1
	for _, l := range lines[:f.Line-1] {
		offset += len(l)
	}
	pointer := f.Pointer
	if strings.Contains(f.Reason, "invalid UTF-8") { // perhaps in the name, before the value
		pointer = pointer[:max(0, strings.LastIndexByte(pointer, '/'))]
	}
	start, _ := strictjson.Locate(data, pointer)
	require.GreaterOrEqual(tb, offset, start, "%v", f)
	require.Less(tb, offset, len(data))
}

// requireFault checks that one of the faults has this pointer and contains the reason.
func requireFault(tb testing.TB, faults []connector.Fault, pointer, reason string) {
	tb.Helper()
	for _, f := range faults {
		if f.Pointer == pointer && strings.Contains(f.Reason, reason) {
			return
		}
	}
	require.Fail(tb, "no such fault", "want %s: %s, got %v", pointer, reason, faults)
}

// schemesOf maps one specification and returns the schemes and what was noted.
func schemesOf(tb testing.TB, connection any, advanced ...any) ([]auth.Scheme, []string) {
	tb.Helper()
	conns, problems := load(tb, registry(tb, list{def(1, object{"spec": spec(connection, advanced...)})}))
	require.Len(tb, conns, 1, "%v", problems)
	var notes []string
	for _, p := range problems {
		require.Equal(tb, connector.LostNothing, p.Lost)
		require.Equal(tb, id(1), p.Key)
		require.Equal(tb, "1.2.3", p.Version)
		for _, f := range p.Faults {
			notes = append(notes, strings.TrimPrefix(f.Pointer, "/sources/0/spec/")+": "+f.Reason)
		}
	}
	return conns[0].Releases[0].Manifest.Auth, notes
}

// secret, text and choice are property schemas.
func secret(title string) object {
	return object{"type": "string", "title": title, "airbyte_secret": true}
}
func text(title string) object { return object{"type": "string", "title": title} }
func fixed(value any) object   { return object{"const": value} }

// props is an object schema.
func props(required list, properties object) object {
	return object{"type": "object", "required": required, "properties": properties}
}
