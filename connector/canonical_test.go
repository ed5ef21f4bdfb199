package connector_test

import (
	"slices"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
)

func TestP15_DigestOfAReferenceIgnoresTheOrderOfParametersAndHosts(t *testing.T) {
	t.Parallel()
	params := []auth.Param{{Key: "user"}, {Key: "password", Secret: true}}
	release := func(hosts []string, params []auth.Param) *connector.Release {
		return &connector.Release{
			Version: "1.0.0", Artifact: connector.Artifact{URL: "docker://a/b:1.0.0", MediaType: connector.MediaReference},
			Manifest: &connector.Manifest{
				Key: "b", Version: "1.0.0", Hosts: hosts, Auth: []auth.Scheme{{ID: "basic", Type: auth.Basic, Params: params}},
				Triggers: []connector.TriggerType{{Name: "t", Mode: connector.Polling, Params: params}},
			},
		}
	}
	a := release([]string{"a.example", "b.example"}, params)
	reversed := slices.Clone(params)
	slices.Reverse(reversed)
	b := release([]string{"b.example", "a.example"}, reversed)
	assert.Equal(t, a.Digest(), b.Digest())
	assert.Equal(t, "user", a.Manifest.Auth[0].Params[0].Key, "the manifest itself keeps its order")
	b.Manifest.Auth[0].Params[0].Secret = false
	assert.NotEqual(t, a.Digest(), b.Digest())
}
