package connector_test

import (
	"bytes"
	"fmt"
	"slices"
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
		docs, same, err := connector.ParseDocuments(data, nil, nil)
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
	_, _, err := connector.ParseDocuments([]byte(`{"format":"x","connectors":7}`), nil, nil)
	_, _, same := connector.ParseIndex([]byte(`{"format":"x","connectors":7}`), nil)
	assert.Equal(t, same, err)
}

func TestNoDocumentIsNoConnector(t *testing.T) {
	t.Parallel()
	_, err := new(connector.Document).Connector()
	var faults connector.Faults
	require.ErrorAs(t, err, &faults)
}

// What is known is not read again, and not believed either where it is put to use.
func TestKnownDocumentsAreTakenByTheirWord(t *testing.T) {
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
	first, _, err := connector.ParseDocuments(data, nil, nil)
	require.NoError(t, err)
	known := connector.NewKnown(first.List)

	index.Connectors[1].Name = "another"
	changed := encode()
	envelope := fmt.Appendf(nil, `{"digest":%q,"connector":%s}`, first.List[0].Digest(), first.List[0].JSON())
	for name, tt := range map[string]struct {
		data []byte
		keys string // of documents; upper case: it does not verify
		lost string
	}{
		"the same":                 {data, "abc", ""},
		"one changed":              {changed, "abc", ""},
		"one twice":                {bytes.Replace(data, []byte("\n{"), slices.Concat([]byte("\n"), envelope, []byte(",{")), 1), "abc", "a"},
		"bytes are not looked at":  {bytes.Replace(data, []byte(`"name":"N"`), []byte(`"name":7  `), 1), "Abc", ""},
		"a size that leads astray": {bytes.Replace(data, []byte(`"name":"N"`), []byte(`"name":"NNNN"`), 1), "bc", "a"},
		"another size":             {bytes.Replace(data, []byte(`"name":"N"`), []byte(`"name":7`), 1), "bc", "a"},
		"spaced out":               {bytes.ReplaceAll(data, []byte(`","connector":`), []byte(`", "connector":`)), "abc", ""},
		"in capitals":              {bytes.Replace(data, []byte(first.List[0].Digest()[7:]), bytes.ToUpper([]byte(first.List[0].Digest()[7:])), 1), "bc", "a"},
	} {
		docs, problems, err := connector.ParseDocuments(tt.data, known, nil)
		require.NoError(t, err, name)
		keys, lost := "", ""
		for i := range docs.List {
			d := &docs.List[i]
			key := string(d.Key())
			_, err := d.Connector()
			assert.Equal(t, err, d.Verify())
			if err != nil {
				require.ErrorContains(t, err, "do not have the digest")
				key = strings.ToUpper(key)
			}
			keys += key
		}
		for _, p := range problems {
			lost += p.Key
		}
		assert.Equal(t, tt.keys, keys, name)
		assert.Equal(t, tt.lost, lost, name)
	}
}
