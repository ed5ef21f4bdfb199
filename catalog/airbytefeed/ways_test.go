package airbytefeed

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/patchbay/patchbay/auth"
	"github.com/stretchr/testify/require"
)

// branch is an alternative with a constant that tells it apart.
func branch(title, kind string, required list, properties object) object {
	properties["kind"] = object{"type": "string", "const": kind, "order": 0}
	b := props(required, properties)
	b["title"] = title
	return b
}

func TestEveryAlternativeOfTheCredentialsIsAScheme(t *testing.T) {
	t.Parallel()
	token := branch("Personal token", "Access Token!", list{"access_token"}, object{"access_token": secret("Token")})
	token["description"] = "Made in the settings"
	schemes, notes := schemesOf(t, props(list{"shop", "credentials"}, object{
		"shop": object{"type": "string", "order": 1},
		"credentials": object{"type": "object", "order": 2, "title": "How", "oneOf": list{
			branch("Password", "pw", list{"username", "password"}, object{"username": text("User"), "password": secret("Password")}),
			token,
			branch("Nothing", "pw", nil, object{}),
		}},
		"since": object{"type": "string", "format": "date", "order": 3},
	}))
	require.Empty(t, notes)
	shop := auth.Param{Key: "shop", Kind: "string", Role: "required"}
	since := auth.Param{Key: "since", Kind: "date", Role: "optional"}
	kind := func(v string) auth.Param {
		return auth.Param{Key: "credentials.kind", Kind: "string", Role: "hidden", Default: v, Enum: list{v}}
	}
	require.Empty(t, cmp.Diff([]auth.Scheme{
		{ID: "pw", Type: auth.Basic, Title: "Password", Params: []auth.Param{
			shop, kind("pw"),
			{Key: "credentials.password", Title: "Password", Kind: "string", Role: "required", Secret: true},
			{Key: "credentials.username", Title: "User", Kind: "string", Role: "required"}, since,
		}},
		{ID: "access-token", Type: auth.Bearer, Title: "Personal token", Help: "Made in the settings", Params: []auth.Param{
			shop, kind("Access Token!"),
			{Key: "credentials.access_token", Title: "Token", Kind: "string", Role: "required", Secret: true}, since,
		}},
		{ID: "pw-2", Type: auth.None, Title: "Nothing", Params: []auth.Param{shop, kind("pw"), since}},
	}, schemes))
}

func TestIDsOfSchemes(t *testing.T) {
	t.Parallel()
	ids := func(branches ...any) []string {
		schemes, _ := schemesOf(t, props(nil, object{"auth": object{"oneOf": branches}}))
		var out []string
		for _, s := range schemes {
			out = append(out, s.ID)
		}
		return out
	}
	titled := func(title string) object { return object{"type": "object", "title": title, "properties": object{}} }
	require.Equal(t, []string{"oauth-2.0"}, ids(titled("OAuth 2.0")))
	require.Equal(t, []string{"a", "a-2", "a-3"}, ids(titled("A"), titled("a"), titled("-a-")))
	require.Equal(t, []string{"way", "way-2"}, ids(titled(""), titled("日本")))
	require.Equal(t, []string{"old"}, ids(props(nil, object{"kind": object{"type": "string", "enum": list{"old"}}})))
	require.Equal(t, []string{strings.Repeat("x", 48)}, ids(titled(strings.Repeat("x", 100))))
	require.Equal(t, []string{"default"}, ids())
	require.Equal(t, []string{"default"}, ids("not an object"))
	require.Equal(t, []string{"way"}, ids(object{"type": "object"}))
}

func TestTextsOfAWayThatCannotBeShown(t *testing.T) {
	t.Parallel()
	w := branch("bell \a", "a", nil, object{"k": secret("K")})
	w["description"] = strings.Repeat("x", auth.MaxHelpBytes+1)
	schemes, notes := schemesOf(t, props(list{"auth"}, object{"auth": object{"oneOf": list{w}}}))
	require.Empty(t, schemes[0].Title+schemes[0].Help)
	at := "connectionSpecification/properties/auth/oneOf/0"
	require.ElementsMatch(t, []string{
		at + "/title: title contains a control character; left out",
		at + "/description: help is longer than 16384 bytes; left out",
	}, notes)
}

// Which object is the choice.
func TestChoice(t *testing.T) {
	t.Parallel()
	two := func() object {
		return object{"type": "object", "oneOf": list{
			branch("A", "a", nil, object{"password": secret("P"), "user": text("U")}), branch("B", "b", nil, object{"access_token": secret("T")}),
		}}
	}
	inside := props(nil, object{"auth_method": two()})
	for name, tc := range map[string]struct {
		properties object
		predicate  list
		want       string // the prefix of what differs; empty for one scheme
	}{
		"usual name":            {object{"credentials": two(), "tunnel": two()}, nil, "credentials"},
		"first of usual names":  {object{"authentication": object{"order": 2, "oneOf": two()["oneOf"]}, "credential": object{"order": 1, "oneOf": two()["oneOf"]}}, nil, "credential"},
		"unusual name":          {object{"tunnel": two()}, nil, ""},
		"predicate":             {object{"credentials": two(), "tunnel": two()}, list{"tunnel", "kind"}, "tunnel"},
		"inside an object":      {object{"indexing": inside, "tunnel": two()}, nil, "indexing.auth_method"},
		"predicate inside":      {object{"credentials": two(), "o": props(nil, object{"x": two()})}, list{"o", "x", "kind"}, "o.x"},
		"predicate to nowhere":  {object{"credentials": two()}, list{"gone", "kind"}, "credentials"},
		"name, no alternatives": {object{"credentials": props(nil, object{"k": secret("K")})}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var advanced []any
			if tc.predicate != nil {
				advanced = []any{object{"auth_flow_type": "oauth2.0", "predicate_key": tc.predicate, "predicate_value": "b"}}
			}
			schemes, _ := schemesOf(t, props(nil, tc.properties), advanced...)
			if tc.want == "" {
				require.Len(t, schemes, 1)
				return
			}
			require.Len(t, schemes, 2)
			require.True(t, has(schemes[0].Params, tc.want+".password"))
			require.False(t, has(schemes[0].Params, tc.want+".access_token"))
			require.True(t, has(schemes[1].Params, tc.want+".access_token"))
		})
	}
}

func has(params []auth.Param, key string) bool {
	for _, p := range params {
		if p.Key == key {
			return true
		}
	}
	return false
}

func TestOtherAlternativesBecomeOneSetOfFields(t *testing.T) {
	t.Parallel()
	number := func(with object) object { with["type"] = "integer"; return with }
	schemes, notes := schemesOf(t, props(list{"mode"}, object{"mode": object{
		"type": "object", "default": "two",
		"oneOf": list{
			branch("One", "one", list{"kind", "both", "only"}, object{
				"both": text("Both"), "same": number(object{"default": 1, "minimum": 0}), "fixed_here": fixed("x"), "only": text(""),
				"choice": object{"type": "string", "enum": list{"a", "b"}}, "differs": text("D"), "half": text("H"), "masked": text("M"),
			}),
			branch("Two", "two", list{"kind", "both", "half"}, object{
				"both": text(""), "same": number(object{"default": 1, "minimum": 0}), "fixed_here": text("Free"),
				"choice": object{"type": "string", "enum": list{"b", "c"}}, "differs": number(object{}), "half": text("H"), "masked": secret("M"),
			}),
		},
	}}))
	require.Len(t, schemes, 1)
	got := map[string]auth.Param{}
	for _, p := range schemes[0].Params {
		got[p.Key] = p
	}
	require.Empty(t, cmp.Diff(map[string]auth.Param{
		"mode.kind":       {Key: "mode.kind", Kind: "string", Role: "required", Enum: list{"one", "two"}, Default: "two"},
		"mode.both":       {Key: "mode.both", Title: "Both", Kind: "string", Role: "required"},
		"mode.same":       {Key: "mode.same", Kind: "integer", Role: "optional", Default: 1.0, Min: new(0.0)},
		"mode.fixed_here": {Key: "mode.fixed_here", Title: "Free", Kind: "string", Role: "optional"},
		"mode.only":       {Key: "mode.only", Kind: "string", Role: "optional"},
		"mode.choice":     {Key: "mode.choice", Kind: "string", Role: "optional", Enum: list{"a", "b", "c"}},
		"mode.differs":    {Key: "mode.differs", Title: "D", Kind: "json", Role: "optional"},
		"mode.half":       {Key: "mode.half", Title: "H", Kind: "string", Role: "optional"},
		"mode.masked":     {Key: "mode.masked", Title: "M", Kind: "string", Role: "optional", Secret: true},
	}, got))
	at := "connectionSpecification/properties/mode/oneOf"
	differs := ": differs from the same field of another alternative; only what they share is kept"
	require.ElementsMatch(t, []string{
		at + ": what belongs to which alternative cannot be expressed: fields that not all of them have are optional",
		at + "/1/properties/fixed_here" + differs, at + "/1/properties/choice" + differs, at + "/1/properties/differs" + differs,
	}, notes)
}

func TestAlternativesAtTheRootAndAlone(t *testing.T) {
	t.Parallel()
	schemes, notes := schemesOf(t, object{"type": "object", "oneOf": list{
		branch("One", "one", list{"kind"}, object{}), branch("Two", "two", list{"kind"}, object{}),
	}})
	require.Equal(t, []auth.Param{{Key: "kind", Kind: "string", Role: "required", Enum: list{"one", "two"}}}, schemes[0].Params)
	require.Empty(t, notes)

	_, notes = schemesOf(t, props(nil, object{"plan": object{"oneOf": list{
		branch("Small", "small", nil, object{"rate": fixed(1)}), branch("Large", "large", nil, object{"rate": fixed(9)}),
	}}}))
	require.Len(t, notes, 1, "that small means 1 and large 9 is not kept")

	schemes, notes = schemesOf(t, props(list{"m"}, object{"m": object{"oneOf": list{branch("One", "one", list{"a"}, object{"a": text("A")})}}}))
	require.Equal(t, []auth.Param{
		{Key: "m.kind", Kind: "string", Role: "hidden", Default: "one", Enum: list{"one"}}, {Key: "m.a", Title: "A", Kind: "string", Role: "required"},
	}, schemes[0].Params)
	require.Empty(t, notes)
}

// What is not kept of "required" is listed, wherever it stands.
func TestWhatIsRequiredOnlySometimesIsListed(t *testing.T) {
	t.Parallel()
	const when = "required only where the object is given: optional here"
	ask := func(required ...any) list {
		return list{
			branch("One", "one", append(list{"kind"}, required...), object{"a": text("A")}), branch("Two", "two", list{"kind"}, object{"a": text("A")}),
		}
	}
	for name, tc := range map[string]struct {
		in    object
		notes []string
	}{
		"way, required": {props(list{"auth"}, object{"auth": object{"oneOf": ask()}}), nil},
		"way, optional": {props(nil, object{"auth": object{"oneOf": ask()}}), []string{
			"properties/auth: may be left out, but here a way to authenticate is always chosen",
		}},
		"by all, optional": {props(nil, object{"o": object{"oneOf": ask()}}), []string{"properties/o/oneOf: what alternatives ask for is " + when}},
		"by one, required": {props(list{"o"}, object{"o": object{"oneOf": ask("a")}}), []string{
			"properties/o/oneOf: what belongs to which alternative cannot be expressed: fields that not all of them have are optional",
		}},
		"by the only one": {props(nil, object{"o": object{"oneOf": ask()[:1]}}), []string{"properties/o/oneOf: what alternatives ask for is " + when}},
		"inside an alternative": {props(list{"o"}, object{"o": object{"oneOf": list{props(nil, object{"p": props(list{"q"}, object{"q": text("Q")})})}}}), []string{
			"properties/o/oneOf/0/properties/p/required: q is " + when,
		}},
		"by nobody": {props(list{"gone"}, object{}), []string{"required: gone is required but described nowhere; left out"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, notes := schemesOf(t, tc.in)
			for i := range notes {
				notes[i] = strings.TrimPrefix(notes[i], "connectionSpecification/")
			}
			require.Equal(t, tc.notes, notes)
		})
	}
}
