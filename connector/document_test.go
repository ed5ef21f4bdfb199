package connector_test

import (
	"bytes"
	"strings"
	"testing"

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
