package connector

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/patchbay/patchbay/auth"
)

func withOAuth(change func(*Manifest)) *Manifest {
	m := &Manifest{
		Key: "a", Version: "1.0.0",
		Auth: []auth.Scheme{
			{ID: "oauth2", Type: auth.OAuth2Code, AuthorizeURL: "https://login.example.com/a", TokenURL: "https://login.example.com:443/t", RevokeURL: "https://REVOKE.example.com/r"},
			{ID: "basic", Type: auth.Basic, Params: []auth.Param{{Key: "user"}}},
		},
		Hosts: []string{"api.example.com", "https://*.files.example.com", "${region}.example.com:443"},
	}
	change(m)
	return m
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	want := []string{
		"https://${region}.example.com", "https://*.files.example.com", "https://api.example.com",
		"https://login.example.com", "https://revoke.example.com",
	}
	if d := cmp.Diff(want, withOAuth(func(*Manifest) {}).Origins()); d != "" {
		t.Error(d)
	}
	if (*Manifest)(nil).Origins() != nil {
		t.Error("nil has origins")
	}
	all := auth.Scheme{AuthorizeURL: "https://a.example/x", TokenURL: "https://b.example", DeviceURL: "https://c.example", RevokeURL: "https://d.example",
		Issuer: "https://e.example:8443/i", RequestTokenURL: "https://f.example"}
	want = []string{"https://a.example", "https://b.example", "https://c.example", "https://d.example", "https://e.example:8443", "https://f.example"}
	if d := cmp.Diff(want, (&Manifest{Auth: []auth.Scheme{all}}).Origins()); d != "" {
		t.Error(d)
	}
}

func TestP19_SchemeAndOriginChangesAreTold(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change           func(*Manifest)
		schemes, origins []string
	}{
		"none": {func(*Manifest) {}, nil, nil},
		"order and title": {func(m *Manifest) {
			m.Auth[0], m.Auth[1] = m.Auth[1], m.Auth[0]
			m.Hosts[0], m.Hosts[1] = m.Hosts[1], m.Hosts[0]
			m.Auth[0].Title = "Password"
		}, nil, nil},
		"same origin": {func(m *Manifest) { m.Auth[0].TokenURL = "https://login.example.com/v2" },
			[]string{"changed oauth2: tokenURL"}, nil},
		"moved": {func(m *Manifest) { m.Auth[0].TokenURL = "https://evil.example/t" },
			[]string{"changed oauth2: tokenURL"},
			[]string{"moved oauth2 tokenURL from https://login.example.com to https://evil.example"}},
		"moved to a known one": {func(m *Manifest) { m.Auth[0].TokenURL = "https://api.example.com/t" },
			[]string{"changed oauth2: tokenURL"},
			[]string{"moved oauth2 tokenURL from https://login.example.com to https://api.example.com"}},
		"added": {func(m *Manifest) {
			m.Auth = append(m.Auth, auth.Scheme{ID: "device", Type: auth.Device, DeviceURL: "https://device.example.com/d"})
			m.Hosts = append(m.Hosts, "upload.example.com")
		}, []string{"added device"}, []string{"added https://device.example.com", "added https://upload.example.com"}},
		"removed": {func(m *Manifest) { m.Auth, m.Hosts = m.Auth[1:], m.Hosts[1:] },
			[]string{"removed oauth2"},
			[]string{"removed https://api.example.com", "removed https://login.example.com", "removed https://revoke.example.com"}},
		"endpoint left out": {func(m *Manifest) { m.Auth[0].RevokeURL = "" },
			[]string{"changed oauth2: revokeURL"}, []string{"removed https://revoke.example.com"}},
		"type": {func(m *Manifest) { m.Auth[1].Type = auth.Bearer }, []string{"changed basic: type"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			old, next := withOAuth(func(*Manifest) {}), withOAuth(tt.change)
			if d := cmp.Diff(tt.schemes, SchemeChanges(old, next)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tt.origins, OriginChanges(old, next)); d != "" {
				t.Error(d)
			}
		})
	}
	if len(SchemeChanges(nil, withOAuth(func(*Manifest) {}))) != 2 || len(OriginChanges(withOAuth(func(*Manifest) {}), nil)) != 5 {
		t.Error("a nil manifest has neither schemes nor origins")
	}
}

func TestP18_DifferencesBetweenManifestsAreTold(t *testing.T) {
	t.Parallel()
	whole := func(change func(*Manifest)) *Manifest {
		return withOAuth(func(m *Manifest) {
			m.Activities = []Activity{{Name: "send", Input: json.RawMessage(`{"a":1,"b":2}`)}, {Name: "list"}}
			m.Triggers = []TriggerType{{Name: "new", Mode: Polling, Params: []auth.Param{{Key: "channel"}}}}
			m.BuildTargets = []string{"linux", "windows"}
			change(m)
		})
	}
	for name, tt := range map[string]struct {
		change func(*Manifest)
		want   []string
	}{
		"none": {func(*Manifest) {}, nil},
		"spelling and order": {func(m *Manifest) {
			m.Activities[0], m.Activities[1] = m.Activities[1], m.Activities[0]
			m.Activities[1].Input = json.RawMessage(` {"b":2, "a":1}`)
			m.BuildTargets[0], m.BuildTargets[1] = m.BuildTargets[1], m.BuildTargets[0]
			m.Triggers[0].Params[0].Kind = auth.KindString
			m.Auth[1].Params[0].Role = auth.RoleOptional
		}, nil},
		"identity": {func(m *Manifest) { m.Key, m.Version = "b", "1.0.1" },
			[]string{`key: "a" and "b"`, `version: "1.0.0" and "1.0.1"`}},
		"hosts": {func(m *Manifest) { m.Hosts[0] = "evil.example" },
			[]string{`hosts: "api.example.com" only in the first`, `hosts: "evil.example" only in the second`}},
		"schemes": {func(m *Manifest) {
			m.Auth[0].TokenURL = "https://evil.example"
			m.Auth[1].ID = "pat"
		}, []string{"auth/basic: only in the first", "auth/oauth2: tokenURL", "auth/pat: only in the second"}},
		"scheme's title": {func(m *Manifest) { m.Auth[0].Title = "x" }, []string{"auth/oauth2: texts or order"}},
		"activities": {func(m *Manifest) {
			m.Activities[0].Input, m.Activities[0].Output = json.RawMessage(`{"a":1}`), json.RawMessage(`true`)
			m.Activities[0].Generic = true
			m.Activities[1].Name = "find"
		}, []string{"activities/find: only in the second", "activities/list: only in the first", "activities/send: generic, input, output"}},
		"triggers": {func(m *Manifest) {
			m.Triggers[0].Mode = Webhook
			m.Triggers[0].Params[0].Role = auth.RoleRequired
		}, []string{"triggers/new: mode, params"}},
		"twice": {func(m *Manifest) {
			m.Auth = append(m.Auth, m.Auth[1])
			m.Activities = append(m.Activities, m.Activities[1])
		}, []string{"auth: an id is stated twice", "activities: a name is stated twice"}},
		"rest": {func(m *Manifest) { m.BuildTargets, m.DocsURL = m.BuildTargets[1:], "https://example.com" },
			[]string{`buildTargets: "linux" only in the first`, `docsURL: "" and "https://example.com"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := whole(func(*Manifest) {}), whole(tt.change)
			if d := cmp.Diff(tt.want, a.Differences(b)); d != "" {
				t.Error(d)
			}
			if a.Equal(b) != (tt.want == nil) || b.Equal(a) != (tt.want == nil) {
				t.Error("Equal says otherwise")
			}
		})
	}
	m := whole(func(*Manifest) {})
	if d := cmp.Diff([]string{"manifest: only in the first"}, m.Differences(nil)); d != "" {
		t.Error(d)
	}
	if !(*Manifest)(nil).Equal(nil) || (*Manifest)(nil).Equal(m) {
		t.Error("nil")
	}
	unread := func(m *Manifest) { m.Activities[0].Input = json.RawMessage(`{`) }
	if whole(unread).Equal(whole(unread)) {
		t.Error("what is no JSON must equal nothing")
	}
}
