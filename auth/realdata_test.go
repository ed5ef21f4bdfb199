package auth_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/realdata"
)

// property is what a real registry says of one field.
type property struct {
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Secret      bool     `json:"airbyte_secret"`
	Pattern     string   `json:"pattern"`
	Min         *float64 `json:"minimum"`
	Max         *float64 `json:"maximum"`
}

// TestRealParametersFit reads every field of a whole registry: the bounds of
// this package are wide enough, and all but a few patterns are RE2.
func TestRealParametersFit(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(realdata.Dir(t, "airbyte"), "oss_registry-2025-06-16.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	fields, patterns, foreign := 0, map[string]bool{}, map[string]bool{}
	eachProperty(doc, func(key string, p property) {
		fields++
		q := auth.Param{Key: key, Title: p.Title, Help: p.Description, Secret: p.Secret, Pattern: p.Pattern}
		if p.Pattern == "" && !p.Secret && (p.Min != nil || p.Max != nil) {
			q.Kind, q.Min, q.Max = auth.KindNumber, p.Min, p.Max
		}
		patterns[p.Pattern] = true
		for _, f := range auth.ValidateParams([]auth.Param{q}) {
			if f.Field != "0/pattern" || !strings.Contains(p.Pattern, "(?") {
				t.Errorf("%s: %s", key, f)
			}
			foreign[p.Pattern] = true
		}
	})
	t.Logf("%d fields, %d patterns, %d of them not RE2", fields, len(patterns), len(foreign))
	if fields < 4000 || len(patterns) < 50 || len(foreign) > 6 {
		t.Errorf("unexpected: %d fields, %d patterns, %d not RE2", fields, len(patterns), len(foreign))
	}
}

func eachProperty(v any, do func(string, property)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			eachProperty(e, do)
		}
	case map[string]any:
		if props, ok := v["properties"].(map[string]any); ok {
			for key, def := range props {
				var p property
				if raw, err := json.Marshal(def); err == nil && json.Unmarshal(raw, &p) == nil {
					do(key, p)
				}
			}
		}
		for _, e := range v {
			eachProperty(e, do)
		}
	}
}
