package airbytefeed

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzAirbyte: whatever a registry writes, nothing panics, what is offered is
// valid, and every definition is either offered or lost.
func FuzzAirbyte(f *testing.F) {
	f.Add([]byte(`{"sources": [], "destinations": []}`))
	f.Add([]byte("{\"destinations\": [], \"sources\": [{\"\xff\": {}}]}"))
	f.Add(registry(f, list{def(1), nil, def(1), object{}}, dest(2, object{"tombstone": true})))
	f.Add(registry(f, list{def(1, object{
		"allowedHosts": object{"hosts": list{"*", "https://${a.b}.example.com/x"}},
		"releases": object{
			"breakingChanges":   object{"1.0.0": object{"message": "m", "upgradeDeadline": "2025-01-01"}},
			"releaseCandidates": object{"2.0.0-rc.1": def(1, object{"dockerImageTag": "2.0.0-rc.1"})},
		},
		"spec": spec(props(list{"credentials"}, object{
			"credentials": oauthSpec()["properties"].(object)["credentials"],
			"tunnel":      object{"type": "object", "oneOf": list{branch("A", "a", nil, object{"x": text("X")}), branch("B", "b", nil, object{"x": secret("X")})}},
			"list":        object{"type": "array", "items": object{"type": "string", "enum": list{"a"}}},
		}), flow(list{"credentials", "kind"}, "oauth", object{"consent_url": "https://a.example.com/?a=b", "scope": "a b"}, []string{"credentials", "refresh_token"})),
	})}))
	f.Fuzz(func(t *testing.T, data []byte) {
		conns, problems, err := parse(data)
		if err != nil {
			require.Nil(t, conns)
			require.Nil(t, problems)
			return
		}
		check(t, data, conns, problems)
		for i := range conns {
			_, err := json.Marshal(&conns[i])
			require.NoError(t, err)
		}
		again, same, err := parse(data)
		require.NoError(t, err)
		require.Equal(t, conns, again)
		require.Equal(t, problems, same)
	})
}
