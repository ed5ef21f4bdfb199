package npmfeed

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/require"
)

// object is a JSON object.
type object = map[string]any

// ver is one version of a packument as a registry writes it; data is what its
// tarball contains.
func ver(name, version, data string, with ...object) object {
	v := object{
		"name": name, "version": version,
		"dist": object{
			"integrity": sri512(data), "shasum": "0000000000000000000000000000000000000000",
			"tarball":      "https://npm.example.test/" + name + "/-/" + fileOf(name, version),
			"unpackedSize": 12345,
		},
	}
	for _, w := range with {
		maps.Copy(v, w)
	}
	return v
}

// fileOf is how a tarball is named.
func fileOf(name, version string) string {
	for i := range len(name) {
		if name[i] == '/' {
			name = name[i+1:]
			break
		}
	}
	return name + "-" + version + ".tgz"
}

// doc is a packument.
func doc(name string, versions ...object) object {
	all := object{}
	for _, v := range versions {
		all[v["version"].(string)] = v
	}
	return object{"name": name, "versions": all}
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.MarshalIndent(v, "", " ")
	require.NoError(t, err)
	return data
}

// verbatim stands in for a source's locate.
func verbatim(tarball string) (string, error) { return tarball, nil }

// check holds the promises that every outcome keeps.
func check(tb testing.TB, data []byte, out *outcome) {
	tb.Helper()
	lostConnector := 0
	lostReleases := 0
	for _, p := range out.problems {
		require.NotEmpty(tb, p.Faults)
		for _, f := range p.Faults {
			require.NotEmpty(tb, f.Reason)
			require.Positive(tb, f.Line)
			require.Positive(tb, f.Column)
		}
		switch p.Lost {
		case connector.LostConnector:
			lostConnector++
		case connector.LostRelease:
			lostReleases++
		case connector.LostNothing:
		}
	}
	if out.conn == nil {
		require.Equal(tb, 1, lostConnector)
		require.Len(tb, out.problems, 1)
		return
	}
	require.Zero(tb, lostConnector)
	require.Empty(tb, out.conn.Validate())
	var counted struct {
		Versions map[string]json.RawMessage `json:"versions"`
	}
	require.NoError(tb, json.Unmarshal(data, &counted))
	require.Len(tb, counted.Versions, len(out.conn.Releases)+lostReleases)
	for _, r := range out.conn.Releases {
		require.Contains(tb, counted.Versions, r.Version)
		require.Nil(tb, r.Manifest)
		require.Equal(tb, connector.MediaNPM, r.Artifact.MediaType)
		require.Zero(tb, r.Artifact.Size)
	}
}
