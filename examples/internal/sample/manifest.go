package sample

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// manifest spells out what a release of the app says of itself.
func (a *app) manifest(version string) *connector.Manifest {
	m := &connector.Manifest{
		Key: a.Key, Version: version, Hosts: a.Hosts, DocsURL: a.Docs,
		BuildTargets: []string{"workflow", "agent"},
	}
	for _, s := range a.Auth {
		if s.in(version) {
			s.Params = params(s.Type, s.Fields)
			m.Auth = append(m.Auth, s.Scheme)
		}
	}
	for _, line := range a.Objects {
		object, operations, _ := strings.Cut(line, " ")
		for operation := range strings.FieldsSeq(operations) {
			m.Activities = append(m.Activities, activity(object, operation))
		}
	}
	for _, line := range a.Triggers {
		f := strings.Fields(line) // mode, object, event
		m.Triggers = append(m.Triggers, connector.TriggerType{
			Name: strings.ToLower(f[1] + "-" + f[2]), Title: strings.ReplaceAll(f[1], "-", " ") + " " + f[2],
			Event: f[2], Object: f[1], Mode: connector.TriggerMode(f[0]), NeedsOwnApp: f[0] == string(connector.Webhook),
		})
	}
	return m
}

// params are what a user types in for a scheme. The last one is the secret.
func params(t auth.Type, titles []string) []auth.Param {
	keys := map[auth.Type][]string{
		auth.Basic: {"username", "password"}, auth.Bearer: {"token"}, auth.APIKey: {"key"},
		auth.AWSSigV4: {"accessKeyId", "secretAccessKey"}, auth.JWTBearer: {"subject", "privateKey"},
		auth.ClientCredentials: {"accountId"},
	}[t]
	var all []auth.Param
	for i, title := range titles {
		all = append(all, auth.Param{
			Key: keys[i], Title: title, Role: auth.RoleRequired, Order: i,
			Secret: i == len(titles)-1 && t != auth.ClientCredentials,
		})
	}
	return all
}

// activity makes an activity with the schema of its input.
func activity(object, operation string) connector.Activity {
	noun := strings.ToLower(strings.ReplaceAll(object, "-", " "))
	input := map[string]any{"type": "object"}
	switch operation {
	case "get", "delete":
		input["properties"], input["required"] = map[string]any{"id": typed("string")}, []string{"id"}
	case "list":
		input["properties"] = map[string]any{"limit": typed("integer"), "after": typed("string")}
	case "update":
		input["properties"], input["required"] = map[string]any{"id": typed("string"), "fields": typed("object")}, []string{"id", "fields"}
	default:
		input["properties"], input["required"] = map[string]any{"fields": typed("object")}, []string{"fields"}
	}
	schema, err := json.Marshal(input)
	if err != nil {
		panic(err) // maps of strings always marshal
	}
	verb := strings.ToUpper(operation[:1]) + operation[1:]
	return connector.Activity{
		Name: operation + "-" + strings.ToLower(object), Title: verb + " " + noun,
		Description: fmt.Sprintf("%s a %s and return it.", verb, noun),
		Object:      object, Operation: operation, Generic: operation == "list", Input: schema,
	}
}

func typed(name string) map[string]any { return map[string]any{"type": name} }
