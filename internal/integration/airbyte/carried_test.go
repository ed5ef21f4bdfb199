package airbyte_test

import (
	"reflect"
	"slices"

	"github.com/patchbay/patchbay/auth"
)

// has reports whether a parameter says what a keyword of a field says.
func has(p *auth.Param, s object, word string) bool {
	v := s[word]
	switch word {
	case "title":
		return v == p.Title
	case "description":
		return v == p.Help
	case "default":
		return reflect.DeepEqual(v, p.Default)
	case "airbyte_secret":
		return v == p.Secret
	case "airbyte_hidden":
		return v == false || p.Role == auth.RoleHidden
	case "type":
		return kindOf(p, typeOf(s))
	case "enum":
		return contains(p.Enum, asList(v)) && p.Kind != auth.KindArray
	case "const":
		return contains(p.Enum, list{v}) || reflect.DeepEqual(p.Default, v)
	case "pattern":
		return v == p.Pattern
	case "format":
		return v == string(p.Kind)
	case "minimum":
		return equals(p.Min, v, 0)
	case "maximum":
		return equals(p.Max, v, 0)
	case "exclusiveMinimum":
		return equals(p.Min, v, 1) && p.Kind == auth.KindInteger
	case "exclusiveMaximum":
		return equals(p.Max, v, -1) && p.Kind == auth.KindInteger
	case "minLength", "minItems":
		return equals(p.Min, v, 0) || v == 0.0
	case "maxLength", "maxItems":
		return equals(p.Max, v, 0)
	case "items":
		return p.Kind == auth.KindArray && itemsCarried(p, asObject(v))
	default:
		return false
	}
}

func kindOf(p *auth.Param, typ string) bool {
	switch p.Kind {
	case auth.KindString, auth.KindDate, auth.KindDateTime:
		return typ == "string"
	case auth.KindJSON:
		return false // says nothing
	default:
		return string(p.Kind) == typ
	}
}

func contains(all, some list) bool {
	for _, v := range some {
		if v != nil && !slices.Contains(all, v) {
			return false
		}
	}
	return len(all) > 0
}

func equals(n *float64, v any, more float64) bool {
	f, ok := v.(float64)
	return ok && n != nil && *n == f+more
}

// itemsCarried reports whether a list's parameter says all that is said of its
// items.
func itemsCarried(p *auth.Param, items object) bool {
	for word, v := range items {
		switch word {
		case "type":
			if v != "string" {
				return false
			}
		case "enum":
			if !contains(p.Enum, asList(v)) {
				return false
			}
		case "pattern":
			if v != p.Pattern {
				return false
			}
		case "minLength":
			if v != 0.0 {
				return false
			}
		case "title", "description", "order", "examples", "default":
		default:
			if _, meant := silent[word]; !meant {
				return false
			}
		}
	}
	return true
}
