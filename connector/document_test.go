package connector_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sumOfNothing = `"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`

func entryOf(key, releases string) string {
	return `{"connector": {"key":"` + key + `", "name":"N\u00e4me", "categories":["a"], "releases":[` + releases + `] } }`
}

func releaseOf(version string) string {
	return `{"version":"` + version + `","artifact":{"url":"a.tgz","digest":` + sumOfNothing + `}}`
}

// Whatever is wrong with an index, its documents are what ParseIndex makes of it.
func TestDocumentsAreWhatParseIndexReads(t *testing.T) {
	t.Parallel()
	var many []string
	for range 300 {
		many = append(many,
			entryOf("good-"+strings.Repeat("x", len(many)%100)+string(rune('a'+len(many)%26)), releaseOf("1.0.0")+","+releaseOf("2.0.0")))
	}
	for name, entries := range map[string]string{
		"none":              "",
		"sound":             entryOf("a", releaseOf("1.0.0")) + ",\n" + entryOf("b", releaseOf("1.0.0")),
		"a release is lost": entryOf("a", releaseOf("1.0.O")+","+releaseOf("1.0.0")) + "," + entryOf("b", releaseOf("1.0.0")),
		"a key twice":       entryOf("a", releaseOf("1.0.0")) + "," + entryOf("a", releaseOf("2.0.0")) + "," + entryOf("c", releaseOf("1.0.0")),
		"all is lost":       entryOf("A", releaseOf("1.0.0")) + ", 7, {}, []",
		"wrong digest":      `{"digest":` + sumOfNothing + `,` + entryOf("a", releaseOf("1.0.0"))[1:],
		"digest of nothing": `{"digest":"",` + entryOf("a", releaseOf("1.0.0"))[1:],
		"many, some twice":  strings.Join(many, ",\n"),
	} {
		data := []byte(`{"format":"patchbay.index/v1","version":3,"connectors":[` + entries + `],"expires":"2030-01-01T00:00:00Z"}`)
		before := bytes.Clone(data)
		index, problems, err := connector.ParseIndex(data, nil)
		require.NoError(t, err, name)
		docs, same, err := connector.ParseDocuments(data, nil)
		require.NoError(t, err, name)
		assert.Empty(t, cmp.Diff(problems, same), name)
		var got []connector.Connector
		for i := range docs.List {
			d := &docs.List[i]
			c, err := d.Connector()
			require.NoError(t, err)
			assert.Equal(t, c.Key, d.Key())
			assert.Equal(t, connector.DigestOf(d.JSON()), d.Digest())
			got = append(got, *c)
		}
		assert.Empty(t, cmp.Diff(index.Connectors, got), name)
		assert.Equal(t, []any{index.Version, index.Generated, index.Expires}, []any{docs.Version, docs.Generated, docs.Expires})
		assert.Equal(t, before, data, "nothing is written to what was read")
	}
	_, _, err := connector.ParseDocuments([]byte(`{"format":"x","connectors":7}`), nil)
	_, _, same := connector.ParseIndex([]byte(`{"format":"x","connectors":7}`), nil)
	assert.Equal(t, same, err)
}

func TestNoDocumentIsNoConnector(t *testing.T) {
	t.Parallel()
	_, err := new(connector.Document).Connector()
	var faults connector.Faults
	require.ErrorAs(t, err, &faults)
}

// What is known is not read again; what is only said to be known leads astray, and that is told.
func TestKnownDocumentsAreLeftOut(t *testing.T) {
	t.Parallel()
	index := &connector.Index{Version: 1}
	for _, key := range []connector.Key{"a", "b", "c"} {
		index.Connectors = append(index.Connectors, connector.Connector{Key: key, Name: "N", Releases: []connector.Release{{
			Version: "1.0.0", Artifact: connector.Artifact{URL: "a.tgz", Digest: connector.DigestOf([]byte(key))},
		}}})
	}
	encode := func() []byte {
		var b bytes.Buffer
		require.NoError(t, index.Encode(&b))
		return b.Bytes()
	}
	data := encode()
	first, _, err := connector.ParseDocuments(data, nil)
	require.NoError(t, err)
	known := connector.NewKnown(3)
	for i := range first.List {
		d := &first.List[i]
		known.Add(d.Key(), d.Sum(), len(d.JSON()))
	}
	index.Connectors[1].Name = "another"
	changed := encode()
	index.Connectors[1].Name = ""
	bad, err := index.MarshalJSON()
	require.NoError(t, err)
	envelope := fmt.Appendf(nil, `{"digest":%q,"connector":%s}`, first.List[0].Digest(), first.List[0].JSON())
	for name, tt := range map[string]struct {
		data   []byte
		known  *connector.Known
		keys   string // of documents; upper case: it was left out
		astray bool
	}{
		"the same":                 {data, known, "ABC", false},
		"one changed":              {changed, known, "AbC", false},
		"nothing known":            {changed, nil, "abc", false},
		"nothing added":            {changed, new(connector.Known), "abc", false},
		"one is bad":               {bad, known, "AC", false},
		"in one line":              {bytes.ReplaceAll(bad, []byte("\n"), nil), known, "AC", false},
		"between lines":            {bytes.ReplaceAll(bad, []byte(",\n"), []byte("\n\n ,  ")), known, "AC", false},
		"one twice":                {bytes.Replace(data, []byte("\n{"), slices.Concat([]byte("\n"), envelope, []byte(",{")), 1), known, "", true},
		"of the same size":         {bytes.Replace(data, []byte(`"name":"N"`), []byte(`"name":7  `), 1), known, "", true},
		"a size that leads astray": {bytes.Replace(data, []byte(`"name":"N"`), []byte(`"name":"NNNN"`), 1), known, "", true},
		"another size":             {bytes.Replace(data, []byte(`"name":"N"`), []byte(`"name":7`), 1), known, "", true},
		"spaced out":               {bytes.ReplaceAll(data, []byte(`","connector":`), []byte(`", "connector":`)), known, "abc", false},
		"in capitals":              {bytes.Replace(data, []byte(first.List[0].Digest()[7:]), bytes.ToUpper([]byte(first.List[0].Digest()[7:])), 1), known, "BC", false},
		"cut short":                {data[:len(data)-len(envelope)/2], known, "", true},
		"not an index":             {bytes.Replace(data, []byte("/v1"), []byte("/v7"), 1), known, "", true},
	} {
		x, err := connector.ReadExcerpt(bytes.NewReader(tt.data), int64(len(tt.data)), tt.known, nil)
		require.NoError(t, err, name)
		assert.Equal(t, connector.DigestOf(tt.data), x.Digest(), name)
		docs, problems, err := x.Documents()
		if tt.astray {
			require.ErrorIs(t, err, connector.ErrAstray, name)
			continue
		}
		require.NoError(t, err, name)
		keys := ""
		for i := range docs.List {
			d := &docs.List[i]
			key := string(d.Key())
			if d.JSON() == nil {
				key = strings.ToUpper(key)
				_, err := d.Connector()
				require.ErrorContains(t, err, "left out", name)
			}
			keys += key
		}
		assert.Equal(t, tt.keys, keys, name)
		if _, whole, err := connector.ParseDocuments(tt.data, nil); assert.NoError(t, err) {
			assert.Equal(t, whole, problems, "%s: told at the same places", name)
		}
	}
}

// What is broken as a whole, and knows of nothing that was left out, is told as ever; so is what cannot be read.
func TestExcerptsOfNoIndex(t *testing.T) {
	t.Parallel()
	const text = `{"format":"patchbay.index/v1","connectors":[1,]}`
	_, _, want := connector.ParseIndex([]byte(text), nil)
	for size := range []int64{-1, 0, 1, 1 << 40} {
		x, err := connector.ReadExcerpt(strings.NewReader(text), int64(size), nil, nil)
		require.NoError(t, err)
		_, _, err = x.Documents()
		assert.Equal(t, want, err)
	}
	x, err := connector.ReadExcerpt(strings.NewReader(text), 0, nil, &connector.ParseOptions{MaxBytes: 10})
	require.NoError(t, err)
	_, _, err = x.Documents()
	require.ErrorContains(t, err, "at most 10 are allowed")
	for _, broken := range []error{io.ErrUnexpectedEOF, context.Canceled} {
		_, err = connector.ReadExcerpt(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), 0, nil, nil)
		require.ErrorIs(t, err, broken)
	}
}
