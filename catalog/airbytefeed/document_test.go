package airbytefeed

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/require"
)

func TestDocumentThatIsNoRegistryIsAnError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in, pointer, reason string
		line, column        int
	}{
		"empty":                {"", "", "empty", 1, 1},
		"web page":             {"<html>", "", "HTML", 1, 1},
		"null":                 {"null", "", "want an object", 1, 1},
		"no lists":             {"{}", "", "list sources is missing", 1, 1},
		"one list":             {"{\"sources\": []}", "", "list destinations is missing", 1, 1},
		"null list":            {"{\n \"sources\": null,\n \"destinations\": []}", "/sources", "want an array, got null", 2, 13},
		"object for a list":    {`{"sources": {}, "destinations": []}`, "/sources", "want an array", 1, 13},
		"list twice":           {`{"sources": [], "sources": [], "destinations": []}`, "/sources", "duplicate", 1, 17},
		"cut off":              {"{\"sources\": [],\n\"destinations\": [{", "/destinations/0", "end", 2, 19},
		"more after the end":   {`{"sources": [], "destinations": []} x`, "", "more data", 1, 37},
		"syntax in a stranger": {`{"sources": [], "x": {]}, "destinations": []}`, "/x", "member name", 1, 23},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conns, problems, err := parse([]byte(tc.in))
			require.Nil(t, conns)
			require.Nil(t, problems)
			faults, ok := errors.AsType[connector.Faults](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, tc.pointer, faults[0].Pointer)
			require.Contains(t, faults[0].Reason, tc.reason)
			require.Equal(t, []int{tc.line, tc.column}, []int{faults[0].Line, faults[0].Column})
		})
	}
}

func TestEmptyRegistryIsARegistry(t *testing.T) {
	t.Parallel()
	conns, problems := load(t, registry(t, list{}))
	require.Empty(t, conns)
	require.Empty(t, problems)
}

func TestDocumentIsBounded(t *testing.T) {
	t.Parallel()
	in := `{"destinations": [], "sources": [` + strings.Repeat("0,", maxDefinitions) + `0]}`
	_, _, err := parse([]byte(in))
	require.ErrorContains(t, err, fmt.Sprintf("more than %d entries", maxDefinitions))
	require.ErrorIs(t, err, connector.ErrInvalid)
}

// Every definition that cannot be offered is one Problem, with all its faults,
// each with its place; all others are offered.
func TestP16_OneBadDefinitionSpoilsNoOther(t *testing.T) {
	t.Parallel()
	without := func(member string) object {
		d := def(7)
		delete(d, member)
		return d
	}
	release := func(m object) object { return def(7, object{"releases": m}) }
	for name, tc := range map[string]struct {
		bad     any
		key     string
		pointer string
		reason  string
	}{
		"null":                 {nil, "", "", "want an object, got null"},
		"string":               {"x", "", "", "want an object, got a string"},
		"number":               {1, "", "", "want an object, got a number"},
		"list":                 {list{}, "", "", "want an object, got an array"},
		"empty object":         {object{}, "", "/sourceDefinitionId", "id is missing"},
		"no id":                {without("sourceDefinitionId"), "", "/sourceDefinitionId", "id is missing"},
		"null id":              {def(7, object{"sourceDefinitionId": nil}), "", "/sourceDefinitionId", "id is missing"},
		"id of the other kind": {dest(7), "", "/sourceDefinitionId", "id is missing"},
		"number for an id":     {def(7, object{"sourceDefinitionId": 7}), "", "/sourceDefinitionId", "want a string"},
		"name for an id":       {def(7, object{"sourceDefinitionId": "Mail"}), "Mail", "/sourceDefinitionId", "is not a UUID"},
		"braces around an id":  {def(7, object{"sourceDefinitionId": "{" + id(7) + "}"}), "{" + id(7) + "}", "/sourceDefinitionId", "is not a UUID"},
		"path for an id":       {def(7, object{"sourceDefinitionId": "../" + id(7)[3:]}), "../" + id(7)[3:], "/sourceDefinitionId", "is not a UUID"},
		"id once more":         {def(1), id(1), "/sourceDefinitionId", "is also that of /sources/0, which keeps it"},
		"id in capitals":       {def(1, object{"sourceDefinitionId": strings.ToUpper(id(1))}), id(1), "/sourceDefinitionId", "is also that of /sources/0"},
		"no name":              {without("name"), id(7), "/name", "name is missing"},
		"blank name":           {def(7, object{"name": " "}), id(7), "/name", "name is missing"},
		"list for a name":      {def(7, object{"name": list{}}), id(7), "/name", "want a string"},
		"name of two lines":    {def(7, object{"name": "a\nb"}), id(7), "/name", "more than one line"},
		"no version":           {without("dockerImageTag"), id(7), "/dockerImageTag", "version is missing"},
		"latest":               {def(7, object{"dockerImageTag": "latest"}), id(7), "/dockerImageTag", "three numbers"},
		"v1.0.0":               {def(7, object{"dockerImageTag": "v1.0.0"}), id(7), "/dockerImageTag", `begins with "v"`},
		"0.3.O":                {def(7, object{"dockerImageTag": "0.3.O"}), id(7), "/dockerImageTag", "is no number"},
		"path for a version":   {def(7, object{"dockerImageTag": "../1.0.0"}), id(7), "/dockerImageTag", "it is a path"},
		"build metadata":       {def(7, object{"dockerImageTag": "1.0.0+a"}), id(7), "/dockerImageTag", "cannot be the tag of an image"},
		"long version":         {def(7, object{"dockerImageTag": "1.0.0-" + strings.Repeat("a", 128)}), id(7), "/dockerImageTag", "cannot be the tag"},
		"number for a version": {def(7, object{"dockerImageTag": 1.0}), id(7), "/dockerImageTag", "want a string"},
		"no image":             {without("dockerRepository"), id(7), "/dockerRepository", "image is missing"},
		"capitals in an image": {def(7, object{"dockerRepository": "Acme/x"}), id(7), "/dockerRepository", "not the name of an image"},
		"tag in an image":      {def(7, object{"dockerRepository": "acme/x:1"}), id(7), "/dockerRepository", "not the name of an image"},
		"image with a path":    {def(7, object{"dockerRepository": "acme/../x"}), id(7), "/dockerRepository", "not the name of an image"},
		"image that is a URL":  {def(7, object{"dockerRepository": "https://x.test/a"}), id(7), "/dockerRepository", "not the name of an image"},
		"image with a digest":  {def(7, object{"dockerRepository": "a@sha256:00"}), id(7), "/dockerRepository", "not the name of an image"},
		"text for a tombstone": {def(7, object{"tombstone": "no"}), id(7), "/tombstone", "want a boolean"},
		"no spec":              {without("spec"), id(7), "/spec", "spec is missing"},
		"null spec":            {def(7, object{"spec": nil}), id(7), "/spec", "spec is missing"},
		"text for a spec":      {def(7, object{"spec": "x"}), id(7), "/spec", "want an object"},
		"empty spec":           {def(7, object{"spec": object{}}), id(7), "/spec/connectionSpecification", "connectionSpecification is missing"},
		"list in a spec":       {def(7, object{"spec": spec(list{})}), id(7), "/spec/connectionSpecification", "no object"},
		"odd hosts":            {def(7, object{"allowedHosts": list{"x"}}), id(7), "/allowedHosts", "want an object"},
		"odd releases":         {def(7, object{"releases": list{}}), id(7), "/releases", "want an object"},
		"odd candidates":       {release(object{"releaseCandidates": list{}}), id(7), "/releases/releaseCandidates", "want an object"},
		"odd breaking changes": {release(object{"breakingChanges": "x"}), id(7), "/releases/breakingChanges", "want an object"},
		"breaking in no version": {
			release(object{"breakingChanges": object{"1.x": object{"message": "m"}}}), id(7), "/releases/breakingChanges/1.x", "three numbers",
		},
	} {
		for _, where := range []string{"sources", "destinations"} {
			t.Run(name+" in "+where, func(t *testing.T) {
				t.Parallel()
				pointer, at := tc.pointer, "/sources/1"
				data := registry(t, list{def(1), tc.bad, def(2)}, dest(3))
				if where == "destinations" {
					pointer, at = strings.Replace(pointer, "/source", "/destination", 1), "/destinations/0"
					data = registry(t, list{def(1), def(2)}, moved(tc.bad), dest(3))
				}
				conns, problems := load(t, data)
				require.Len(t, conns, 3)
				require.Len(t, problems, 1)
				p := problems[0]
				require.Equal(t, connector.LostConnector, p.Lost)
				require.Equal(t, tc.key, p.Key)
				requireFault(t, p.Faults, at+pointer, tc.reason)
			})
		}
	}
}

// moved returns a definition with the ids of source and destination swapped.
func moved(v any) any {
	d, ok := v.(object)
	if !ok {
		return v
	}
	d = maps.Clone(d)
	d["destinationDefinitionId"], d["sourceDefinitionId"] = d["sourceDefinitionId"], d["destinationDefinitionId"]
	return d
}

func TestAllFaultsOfADefinitionAreOneProblem(t *testing.T) {
	t.Parallel()
	data := []byte(`{"destinations": [], "sources": [{
  "sourceDefinitionId": "nonsense",
  "dockerRepository": "acme/x", "dockerRepository": "acme/y",
  "dockerImageTag": "one",
  "name": 5, "custom": "no",
  "releases": {"releaseCandidates": {"2.0.0-rc.1": 1}}
}]}`)
	conns, problems := load(t, data)
	require.Empty(t, conns)
	require.Equal(t, []connector.Problem{{Key: "nonsense", Lost: connector.LostConnector, Faults: []connector.Fault{
		{Pointer: "/sources/0/spec", Line: 1, Column: 34, Reason: "spec is missing: nobody knows what a connection needs"},
		{Pointer: "/sources/0/sourceDefinitionId", Line: 2, Column: 25, Reason: `id "nonsense" is not a UUID`},
		{Pointer: "/sources/0/dockerRepository", Line: 3, Column: 33, Reason: `duplicate member "dockerRepository"`},
		{Pointer: "/sources/0/dockerImageTag", Line: 4, Column: 21, Reason: `version "one": want three numbers such as 1.2.3`},
		{Pointer: "/sources/0/name", Line: 5, Column: 11, Reason: "want a string, got a number"},
		{Pointer: "/sources/0/custom", Line: 5, Column: 24, Reason: "want a boolean, got a string"},
		{Pointer: "/sources/0/releases/releaseCandidates/2.0.0-rc.1", Line: 6, Column: 52, Reason: "want an object, got a number"},
	}}}, problems)
}

func TestLostDefinitionTellsWhatElseIsOdd(t *testing.T) {
	t.Parallel()
	_, problems := load(t, registry(t, list{def(1, object{"dockerImageTag": "x", "documentationUrl": "x"})}))
	require.Len(t, problems, 1)
	requireFault(t, problems[0].Faults, "/sources/0/documentationUrl", "left out")
	requireFault(t, problems[0].Faults, "/sources/0/dockerImageTag", "three numbers")
}

func TestDuplicateMembersLoseADefinitionHoweverDeep(t *testing.T) {
	t.Parallel()
	good := string(registry(t, list{def(1, object{"spec": spec(props(nil, object{"a": object{"type": "array", "items": object{"type": "string"}}}))}), def(2)}))
	conns, problems := load(t, []byte(strings.Replace(good, `"items": {`, `"items": { "x": 1, "x": 2,`, 1)))
	require.Len(t, conns, 1)
	require.Len(t, problems, 1)
	requireFault(t, problems[0].Faults, "/sources/0/spec/connectionSpecification/properties/a/items/x", "duplicate member")
}

// A key must not change its owner because of a typing error elsewhere.
func TestFirstDefinitionKeepsItsIdEvenIfLost(t *testing.T) {
	t.Parallel()
	conns, problems := load(t, registry(t, list{def(1, object{"dockerImageTag": "oops"}), def(1), def(2)}, dest(1)))
	require.Len(t, conns, 1)
	require.Len(t, problems, 3)
	for _, p := range problems {
		require.Equal(t, id(1), p.Key)
	}
}

func TestNamesNeedNotBeUnique(t *testing.T) {
	t.Parallel()
	conns, _ := load(t, registry(t, list{def(1, object{"name": "S3"})}, dest(2, object{"name": "S3"})))
	require.Len(t, conns, 2)
	require.Equal(t, conns[0].Name, conns[1].Name)
	require.Equal(t, []string{"source"}, conns[0].Categories)
	require.Equal(t, []string{"destination"}, conns[1].Categories)
}

func TestLostDefinitionsOfManyFaultsAreBounded(t *testing.T) {
	t.Parallel()
	changes := object{}
	for i := range 150 {
		changes[fmt.Sprintf("x%03d", i)] = object{}
	}
	data := registry(t, list{def(1, object{"releases": object{"breakingChanges": changes}})})
	_, problems := load(t, data)
	require.Len(t, problems, 1)
	require.Len(t, problems[0].Faults, 101)
	require.Equal(t, "50 more faults are not listed", problems[0].Faults[100].Reason)
	_, again := load(t, data)
	require.Equal(t, problems, again)
	require.ErrorIs(t, problems[0], connector.ErrInvalid)
}
