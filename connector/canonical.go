package connector

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/auth"
)

// canonical returns the manifest as JSON that is the same for manifests that
// state the same: no white space, members in a fixed order, those of JSON
// Schemas sorted, and hosts and parameters, whose order carries no meaning, too:
// a feed that maps them from JSON members may give them in any. A nil manifest
// is null.
func (m *Manifest) canonical() ([]byte, error) {
	if m == nil {
		return []byte("null"), nil
	}
	c := *m
	c.Hosts = slices.Sorted(slices.Values(m.Hosts))
	c.Auth = slices.Clone(m.Auth)
	for i := range c.Auth {
		c.Auth[i].Params = sortedParams(c.Auth[i].Params)
	}
	c.Triggers = slices.Clone(m.Triggers)
	for i := range c.Triggers {
		c.Triggers[i].Params = sortedParams(c.Triggers[i].Params)
	}
	c.Activities = slices.Clone(m.Activities)
	for i := range c.Activities {
		a := &c.Activities[i]
		var err error
		if a.Input, err = canonicalJSON(a.Input); err != nil {
			return nil, err
		}
		if a.Output, err = canonicalJSON(a.Output); err != nil {
			return nil, err
		}
	}
	b, err := json.Marshal(&c)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	return b, nil
}

func sortedParams(params []auth.Param) []auth.Param {
	sorted := slices.Clone(params)
	slices.SortStableFunc(sorted, func(a, b auth.Param) int { return strings.Compare(a.Key, b.Key) })
	return sorted
}

// canonicalJSON sorts the members of every object and drops white space. Numbers
// stay as they are written.
func canonicalJSON(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("JSON Schema: %w", err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("JSON Schema: %w", err)
	}
	return b, nil
}

// sameJSON reports whether two JSON values state the same. What is no JSON
// equals nothing.
func sameJSON(a, b json.RawMessage) bool {
	x, errX := canonicalJSON(a)
	y, errY := canonicalJSON(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
