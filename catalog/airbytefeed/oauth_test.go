package airbytefeed

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/patchbay/patchbay/auth"
	"github.com/stretchr/testify/require"
)

// flow is advanced_auth; returned are the dotted paths of what the flow returns.
func flow(predicate list, value any, stated object, returned ...[]string) object {
	properties := object{}
	for _, path := range returned {
		properties[path[len(path)-1]] = object{"type": "string", "path_in_connector_config": path}
	}
	config := object{"complete_oauth_output_specification": object{"properties": properties}}
	if stated != nil {
		config["oauth_connector_input_specification"] = stated
	}
	return object{"auth_flow_type": "oauth2.0", "predicate_key": predicate, "predicate_value": value, "oauth_config_specification": config}
}

func oauthSpec() object {
	return props(list{"credentials"}, object{"credentials": object{"oneOf": list{
		branch("OAuth", "oauth", list{"client_id", "client_secret", "refresh_token"}, object{
			"client_id": text("ID"), "client_secret": secret("Secret"), "refresh_token": secret("Refresh"),
		}),
		branch("Token", "token", list{"access_token"}, object{"access_token": secret("Token")}),
	}}})
}

func TestPredicateSaysWhichWayIsOAuth(t *testing.T) {
	t.Parallel()
	returned := []string{"credentials", "refresh_token"}
	for name, advanced := range map[string]object{
		"by its value":           flow(list{"credentials", "kind"}, "oauth", nil, returned),
		"by what the flow gives": flow(nil, nil, nil, returned),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schemes, notes := schemesOf(t, oauthSpec(), advanced)
			require.Empty(t, notes)
			require.Empty(t, cmp.Diff([]auth.Scheme{
				{ID: "oauth", Type: auth.OAuth2Code, Title: "OAuth", Params: []auth.Param{
					{Key: "credentials.kind", Kind: "string", Role: "hidden", Default: "oauth", Enum: list{"oauth"}},
					{Key: "credentials.client_id", Title: "ID", Kind: "string", Role: "required"},
					{Key: "credentials.client_secret", Title: "Secret", Kind: "string", Role: "required", Secret: true},
					{Key: "credentials.refresh_token", Title: "Refresh", Kind: "string", Role: "hidden", Secret: true},
				}},
				{ID: "token", Type: auth.Bearer, Title: "Token", Params: []auth.Param{
					{Key: "credentials.kind", Kind: "string", Role: "hidden", Default: "token", Enum: list{"token"}},
					{Key: "credentials.access_token", Title: "Token", Kind: "string", Role: "required", Secret: true},
				}},
			}, schemes))
		})
	}
}

func TestPredicateThatMatchesNothingIsTold(t *testing.T) {
	t.Parallel()
	for name, advanced := range map[string]object{
		"other value":      flow(list{"credentials", "kind"}, "other", nil),
		"number":           flow(list{"credentials", "kind"}, 1, nil),
		"unknown key":      flow(list{"credentials", "gone"}, "oauth", nil),
		"other output":     flow(nil, nil, nil, []string{"credentials", "gone"}),
		"no output at all": flow(nil, nil, nil),
	} {
		schemes, notes := schemesOf(t, oauthSpec(), advanced)
		require.Equal(t, []string{"advanced_auth: no way to authenticate is the one that advanced_auth describes; left out"}, notes, name)
		require.Equal(t, auth.Custom, schemes[0].Type, "a refresh token that the user brings is no flow of ours")
		require.Equal(t, auth.Bearer, schemes[1].Type)
	}
	for name, advanced := range map[string]any{
		"unknown flow": object{"auth_flow_type": "oauth3"}, "no flow": object{}, "no object": list{},
		"odd flow": object{"auth_flow_type": 2},
	} {
		schemes, notes := schemesOf(t, oauthSpec(), advanced)
		require.Len(t, notes, 1, name)
		require.Equal(t, auth.Custom, schemes[0].Type)
	}
	_, notes := schemesOf(t, oauthSpec(), nil)
	require.Empty(t, notes)
}

func TestPlainSpecificationThatIsOAuth(t *testing.T) {
	t.Parallel()
	plain := func(kind object) object {
		p := object{"client_id": text("ID"), "client_secret": secret("S"), "refresh_token": secret("R")}
		if kind != nil {
			p["auth_type"] = kind
		}
		return props(list{"refresh_token"}, p)
	}
	returned := []string{"refresh_token"}
	for name, tc := range map[string]struct{ connection, advanced object }{
		"no predicate":       {plain(nil), flow(nil, nil, nil, returned)},
		"constant":           {plain(fixed("Client")), flow(list{"auth_type"}, "Client", nil, returned)},
		"one of some":        {plain(object{"type": "string", "enum": list{"Client", "Other"}}), flow(list{"auth_type"}, "Client", nil, returned)},
		"by default":         {plain(object{"type": "string", "default": "Client"}), flow(list{"auth_type"}, "Client", nil, returned)},
		"older, OAuth 1.0":   {plain(nil), object{"auth_flow_type": "oauth1.0", "oauth_config_specification": flow(nil, nil, nil, returned)["oauth_config_specification"]}},
		"null specification": {plain(nil), object{"auth_flow_type": "oauth2.0", "predicate_key": nil, "oauth_config_specification": object{"oauth_user_input_from_connector_config_specification": nil, "complete_oauth_output_specification": object{"properties": object{"refresh_token": object{"path_in_connector_config": list{"refresh_token"}}}}}}},
	} {
		schemes, notes := schemesOf(t, tc.connection, tc.advanced)
		require.Empty(t, notes, name)
		require.Len(t, schemes, 1)
		want := auth.OAuth2Code
		if name == "older, OAuth 1.0" {
			want = auth.OAuth1
		}
		require.Equal(t, want, schemes[0].Type, name)
		for _, p := range schemes[0].Params {
			if p.Key == "refresh_token" {
				require.Equal(t, auth.RoleHidden, p.Role, name)
			}
		}
	}
}

// C12: an endpoint is one that the registry states in full, or none.
func TestC12_EndpointsAreStatedOrEmpty(t *testing.T) {
	t.Parallel()
	at := "advanced_auth/oauth_config_specification/oauth_connector_input_specification"
	for name, tc := range map[string]struct {
		stated object
		want   auth.Scheme
		notes  []string
	}{
		"nothing": {nil, auth.Scheme{}, nil},
		"all": {object{
			"consent_url":      "https://login.example.com/authorize?{{client_id_param}}&{{scope_param}}&response_type=code&access_type=offline&prompt=a%20b",
			"access_token_url": "https://login.example.com/token?{{client_id_param}}&{{client_secret_param}}",
			"scope":            "read  write",
		}, auth.Scheme{
			AuthorizeURL: "https://login.example.com/authorize", TokenURL: "https://login.example.com/token", Scopes: []string{"read", "write"},
			Quirks: &auth.Quirks{ClientAuth: auth.ClientAuthPost, AuthorizeParams: map[string]string{"access_type": "offline", "prompt": "a b"}},
		}, nil},
		"secret in the body": {object{
			"access_token_url": "https://login.example.com/token", "access_token_params": object{"client_secret": "{{ client_secret_value }}"},
		}, auth.Scheme{TokenURL: "https://login.example.com/token", Quirks: &auth.Quirks{ClientAuth: auth.ClientAuthPost}}, nil},
		"templates": {object{
			"consent_url": "https://login.example.com/{{tenant}}/authorize?x={{y}}", "access_token_url": "https://{{host}}/token",
		}, auth.Scheme{}, []string{
			at + "/consent_url: address is a template; left out", at + "/access_token_url: address is a template; left out",
			at + `/consent_url: query parameter "x" is a template; left out`,
		}},
		"not https": {object{"consent_url": "http://login.example.com/a", "access_token_url": "javascript:x"}, auth.Scheme{}, []string{
			at + "/consent_url: authorizeURL must be an absolute https URL; left out", at + "/access_token_url: tokenURL must be an absolute https URL; left out",
		}},
		"own parameters": {object{"consent_url": "https://a.example.com/?state=x&%zz=%zz"}, auth.Scheme{AuthorizeURL: "https://a.example.com/"}, []string{
			at + `/consent_url: query parameter "%zz" is not escaped rightly; left out`, at + "/consent_url: quirks",
		}},
		"odd scopes": {object{"scope": "a\"b c\"d"}, auth.Scheme{}, []string{at + "/scope: scopes is not a scope token; left out"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			schemes, notes := schemesOf(t, oauthSpec(), flow(list{"credentials", "kind"}, "oauth", tc.stated))
			got := schemes[0]
			require.Equal(t, auth.OAuth2Code, got.Type)
			require.Empty(t, cmp.Diff(tc.want, auth.Scheme{AuthorizeURL: got.AuthorizeURL, TokenURL: got.TokenURL, Scopes: got.Scopes, Quirks: got.Quirks}))
			require.Len(t, notes, len(tc.notes), "%v", notes)
			for _, want := range tc.notes {
				found := false
				for _, n := range notes {
					found = found || len(n) >= len(want) && n[:len(want)] == want
				}
				require.True(t, found, "%q is not among %q", want, notes)
			}
		})
	}
}
