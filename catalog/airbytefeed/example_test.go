package airbytefeed_test

import (
	"context"
	"fmt"
	"testing/fstest"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/airbytefeed"
)

// files is a folder with a small registry. Programs take os.DirFS.
func files() fstest.MapFS {
	return fstest.MapFS{"registry.json": {Data: []byte(`{
  "destinations": [],
  "sources": [
    {
      "sourceDefinitionId": "5f0f9c1e-0000-4000-8000-0000000000a1",
      "name": "Parcel Tracker",
      "dockerRepository": "acme/source-parcels",
      "dockerImageTag": "2.1.0",
      "releaseStage": "generally_available",
      "allowedHosts": {"hosts": ["api.parcels.example.com", "parcels."]},
      "spec": {"connectionSpecification": {
        "type": "object",
        "required": ["depot", "credentials"],
        "properties": {
          "depot": {"type": "string", "title": "Depot"},
          "credentials": {"oneOf": [
            {"title": "User", "required": ["username", "password"], "properties": {
              "kind": {"const": "user"},
              "username": {"type": "string"},
              "password": {"type": "string", "airbyte_secret": true}
            }},
            {"title": "Token", "required": ["access_token"], "properties": {
              "kind": {"const": "token"},
              "access_token": {"type": "string", "airbyte_secret": true}
            }}
          ]}
        }
      }}
    },
    {
      "sourceDefinitionId": "5f0f9c1e-0000-4000-8000-0000000000a2",
      "name": "Weather",
      "dockerRepository": "acme/source-weather",
      "dockerImageTag": "latest",
      "spec": {"connectionSpecification": {}}
    }
  ]
}`)}}
}

func ExampleFile() {
	feed := airbytefeed.File(files(), "registry.json", nil)
	update, err := feed.Load(context.Background(), catalog.FeedState{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range update.Connectors {
		r := c.Releases[0]
		fmt.Println(c.Name, r.Version, r.Stage, r.Artifact.URL, r.Manifest.Hosts)
		for _, s := range r.Manifest.Auth {
			fmt.Println(" ", s.ID, s.Type)
			for _, p := range s.Params {
				fmt.Println("   ", p.Key, p.Role, "secret:", p.Secret)
			}
		}
	}
	for _, p := range update.Problems {
		fmt.Println(p)
	}
	// Output:
	// Parcel Tracker 2.1.0 GA docker://acme/source-parcels:2.1.0 [api.parcels.example.com]
	//   user basic
	//     depot required secret: false
	//     credentials.kind hidden secret: false
	//     credentials.username required secret: false
	//     credentials.password required secret: true
	//   token bearer
	//     depot required secret: false
	//     credentials.kind hidden secret: false
	//     credentials.access_token required secret: true
	// connector "5f0f9c1e-0000-4000-8000-0000000000a1" version "2.1.0": /sources/0/allowedHosts/hosts/1 (line 10, column 61): host "parcels.": it has an empty label: a dot too many; left out
	// connector "5f0f9c1e-0000-4000-8000-0000000000a2": the connector is not offered: /sources/1/dockerImageTag (line 34, column 25): version "latest": want three numbers such as 1.2.3
}

func ExampleURL() {
	feed := airbytefeed.URL("https://registry.example.com/oss_registry.json", &airbytefeed.Options{Name: "connectors"})
	fmt.Println(feed.Name())
	// Output: connectors
}
