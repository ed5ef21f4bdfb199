package strictjson_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/patchbay/patchbay/internal/strictjson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type borrowed struct {
	Name  string          `json:"name"`
	At    time.Time       `json:"at"`
	Raw   json.RawMessage `json:"raw"`
	Parts []part          `json:"parts"`
	Tags  []string        `json:"tags"`
}

type part struct {
	Name string   `json:"name"`
	Note string   `json:"note"`
	Tags []string `json:"tags"`
	Next *part    `json:"next"`
}

// A value that is decoded into again and again holds nothing of what was there before.
func TestBorrowLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	docs := []string{
		`{"name":"first","at":"2026-01-02T03:04:05Z","raw":{"a":[1]},"parts":[{"name":"a","note":"n","tags":["x","y"],"next":{"name":"z"}},{"name":"b"}],"tags":["1","2","3"]}`,
		`{"name":"sec\u006fnd","parts":[{"name":"c"},{"tags":["q"]},{"note":"äö\n"}],"tags":["4"]}`,
		`{"parts":[],"tags":[]}`,
		`{"name":"third","parts":[{"next":{"tags":["only"]}}]}`,
		`{}`,
	}
	var scratch borrowed
	for range 3 {
		for _, doc := range docs {
			scratch = borrowed{Parts: scratch.Parts[:0], Tags: scratch.Tags[:0]}
			require.Empty(t, strictjson.Decode([]byte(doc), &scratch, &strictjson.Options{Borrow: true}))
			var want borrowed
			require.Empty(t, strictjson.Decode([]byte(doc), &want, nil))
			assert.Empty(t, cmp.Diff(want, scratch, cmpopts.EquateEmpty()), doc)
		}
	}
}

func TestBorrowAllocatesNoStrings(t *testing.T) {
	doc := []byte(`{"name":"first","parts":[{"name":"aaaaaaaaaaaaaaaaaaaaaa","note":"n"},{"name":"b"}],"tags":["1","2","3"]}`)
	var scratch borrowed
	allocs := testing.AllocsPerRun(100, func() {
		scratch = borrowed{Parts: scratch.Parts[:0], Tags: scratch.Tags[:0]}
		strictjson.Decode(doc, &scratch, &strictjson.Options{Borrow: true})
	})
	assert.LessOrEqual(t, allocs, 2.0)
	assert.Equal(t, "b", scratch.Parts[1].Name)
}

// Sparse passes over what the type does not name, and only its syntax counts.
func TestSparseChecksSyntaxAlone(t *testing.T) {
	t.Parallel()
	var v struct {
		Name string `json:"name"`
	}
	doc := `{"other":{"a":1,"a":2,"b":"\ud800"},"other":[],"name":"n"}`
	require.Empty(t, strictjson.Decode([]byte(doc), &v, &strictjson.Options{Sparse: true}))
	assert.Equal(t, "n", v.Name)
	require.NotEmpty(t, strictjson.Decode([]byte(doc), &v, &strictjson.Options{AllowUnknown: true}))
	require.NotEmpty(t, strictjson.Decode([]byte(`{"other":{"a":1,},"name":"n"}`), &v, &strictjson.Options{Sparse: true}))
	require.NotEmpty(t, strictjson.Decode([]byte(`{"name":"n","name":"m"}`), &v, &strictjson.Options{Sparse: true}))
}
