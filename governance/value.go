package governance

import (
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/patchbay/patchbay/auth"
)

// valueReason says why v cannot be the value of a preset; empty: it can.
func valueReason(v any) string {
	switch {
	case blank(v):
		return "it is empty: a preset states a value"
	case holdsSecret(v):
		return "it is a secret in the clear: state it as the secret"
	case !plain(v):
		return "it is not a JSON value"
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "it is not a JSON value"
	}
	if len(raw) > auth.MaxValueBytes+2 { // the quotes of a text
		return "it is longer than " + strconv.Itoa(auth.MaxValueBytes) + " bytes"
	}
	return ""
}

// blank reports whether v counts as no value, as in package auth.
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case auth.Secret:
		return v.IsZero()
	case []any:
		return len(v) == 0
	case []string:
		return len(v) == 0
	default:
		return false
	}
}

func holdsSecret(v any) bool {
	switch v.(type) {
	case auth.Secret, *auth.Secret, Secret, *Secret:
		return true
	default:
		return false
	}
}

// maxValueDepth bounds lists and objects within each other.
const maxValueDepth = 64

// plain reports whether v consists of what has one meaning in JSON.
func plain(v any) bool { return plainTo(v, maxValueDepth) }

func plainTo(v any, depth int) bool {
	switch v := v.(type) {
	case nil, bool:
		return true
	case string:
		return utf8.ValidString(v)
	case json.Number, json.RawMessage:
		return true // encoding checks them
	case []string:
		return !slices.ContainsFunc(v, func(s string) bool { return !utf8.ValidString(s) })
	case []any:
		return depth > 0 && !slices.ContainsFunc(v, func(e any) bool { return !plainTo(e, depth-1) })
	case map[string]any:
		for key, e := range v {
			if depth == 0 || !utf8.ValidString(key) || !plainTo(e, depth-1) {
				return false
			}
		}
		return true
	}
	switch r := reflect.ValueOf(v); {
	case r.Type().PkgPath() != "":
		return false // a named type may encode as anything
	case r.CanInt(), r.CanUint():
		return true
	case r.CanFloat():
		return !math.IsNaN(r.Float()) && !math.IsInf(r.Float(), 0)
	default:
		return false
	}
}

// cloneValue copies what a caller could change.
func cloneValue(v any) any {
	switch v := v.(type) {
	case []any:
		c := slices.Clone(v)
		for i := range c {
			c[i] = cloneValue(c[i])
		}
		return c
	case []string:
		return slices.Clone(v)
	case json.RawMessage:
		return slices.Clone(v)
	case map[string]any:
		c := maps.Clone(v)
		for key := range c {
			c[key] = cloneValue(c[key])
		}
		return c
	default:
		return v
	}
}

// sameValue reports whether two values are the same in JSON: 5 and 5.0, a
// []string and a []any.
func sameValue(a, b any) bool {
	x, okX := normal(a)
	y, okY := normal(b)
	return okX && okY && reflect.DeepEqual(x, y)
}

func normal(v any) (out any, ok bool) {
	if holdsSecret(v) {
		return nil, false
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, false
	}
	return out, json.Unmarshal(raw, &out) == nil
}
