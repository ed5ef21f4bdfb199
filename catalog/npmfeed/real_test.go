package npmfeed

import (
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/realdata"
	"github.com/stretchr/testify/require"
)

func TestRealPackuments(t *testing.T) {
	t.Parallel()
	fsys := os.DirFS(realdata.Dir(t, "npm"))
	f := Dir(fsys, nil)
	u, err := f.Load(t.Context(), catalog.FeedState{})
	require.NoError(t, err)
	require.Empty(t, u.Problems)
	require.Len(t, u.Connectors, 5)
	n := 0
	for i := range u.Connectors {
		c := &u.Connectors[i]
		require.Empty(t, c.Validate())
		require.NotEmpty(t, c.Description)
		require.NotEmpty(t, c.Categories)
		for _, r := range c.Releases {
			n++
			require.Equal(t, connector.GA, r.Stage)
			require.False(t, r.Published.IsZero())
			body, _, err := f.OpenArtifact(t.Context(), r.Artifact)
			require.NoError(t, err)
			sum := sha512.New()
			_, err = io.Copy(sum, body)
			require.NoError(t, errors.Join(err, body.Close()))
			require.Equal(t, string(r.Artifact.Digest), "sha512:"+hex.EncodeToString(sum.Sum(nil)))
		}
	}
	require.Equal(t, 7, n)
}

// Real packuments with one value changed, each in turn: nothing is lost
// silently and nothing panics.
func TestRealPackumentsDamaged(t *testing.T) {
	t.Parallel()
	fsys := os.DirFS(realdata.Dir(t, "npm"))
	raw, err := fs.ReadFile(fsys, "n8n-nodes-mcp.json")
	require.NoError(t, err)
	n := 0
	damage(t, raw, func(data []byte) {
		n++
		out := parse(data, "n8n-nodes-mcp", inFolder)
		check(t, data, &out)
	})
	require.Greater(t, n, 300)
}

// damage calls use with copies of a document in each of which one value is
// replaced by another.
func damage(t *testing.T, data []byte, use func([]byte)) {
	t.Helper()
	var doc any
	require.NoError(t, json.Unmarshal(data, &doc))
	var visit func(v any, replace func(any))
	visit = func(v any, replace func(any)) {
		for _, other := range []any{nil, true, 7, "", "x/../y", []any{}, object{"": nil}} {
			replace(other)
			changed, err := json.Marshal(doc)
			require.NoError(t, err)
			use(changed)
		}
		replace(v)
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				visit(e, func(x any) { v[k] = x })
			}
		case []any:
			for i, e := range v {
				visit(e, func(x any) { v[i] = x })
			}
		}
	}
	for k, e := range doc.(object) {
		visit(e, func(x any) { doc.(object)[k] = x })
	}
}
