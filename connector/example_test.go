package connector_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/patchbay/patchbay/connector"
)

// An index is read as far as it is sound; everything that is not is told.
func Example() {
	document := []byte(`{
  "format": "patchbay.index/v1",
  "connectors": [
    {"connector": {"key": "acme/slack", "name": "Slack", "releases": [
      {"version": "1.0.0", "artifact": {"url": "docker://example.com/slack:1.0.0",
       "mediaType": "application/vnd.patchbay.reference.v1"}},
      {"version": "v1.1", "artifact": {"url": "slack-1.1.tgz"}}]}},
    {"connector": {"key": "Jira", "name": "Jira", "releases": []}}
  ]
}`)
	index, problems, err := connector.ParseIndex(document, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range index.Connectors {
		for _, r := range c.Releases {
			fmt.Println("offered:", c.Key, r.Version, r.EffectiveStage())
		}
	}
	for _, p := range problems {
		fmt.Printf("lost: %s@%s\n", p.Key, p.Version)
		for _, f := range p.Faults {
			fmt.Printf("  line %d, column %d: %s\n", f.Line, f.Column, f.Reason)
		}
	}
	// Output:
	// offered: acme/slack 1.0.0 GA
	// lost: acme/slack@v1.1
	//   line 7, column 19: it begins with "v", want three numbers such as 1.2.3
	//   line 7, column 39: it is missing
	// lost: Jira@
	//   line 8, column 27: it looks like a display name, and a display name is not a key: keys are lower case, without spaces
	//   line 8, column 63: there is none
}

func ExampleParseKey() {
	for _, s := range []string{"acme/slack", "Slack", "../slack", "nul.txt"} {
		if key, err := connector.ParseKey(s); err != nil {
			fmt.Println(err)
		} else {
			fmt.Println(key.Publisher(), key.Name())
		}
	}
	// Output:
	// acme slack
	// connector key "Slack": it looks like a display name, and a display name is not a key: keys are lower case, without spaces
	// connector key "../slack": its publisher is a path element, ".."
	// connector key "nul.txt": it is "nul.txt", a device name reserved on Windows
}

func ExampleParseManifest() {
	_, err := connector.ParseManifest([]byte(`{"key": "slack", "version": "1.0", "hosts": ["*"]}`), nil)
	if faults, ok := errors.AsType[connector.Faults](err); ok {
		for _, f := range faults {
			fmt.Println(f)
		}
	}
	// Output:
	// /version (line 1, column 29): want three numbers such as 1.2.3
	// /hosts/0 (line 1, column 46): a "*" can only stand at the start, as in "*.example.com"
}

func ExampleIndex_Encode() {
	index := &connector.Index{Version: 1, Connectors: []connector.Connector{{
		Key: "slack", Name: "Slack",
		Releases: []connector.Release{{
			Version:  "1.0.0",
			Artifact: connector.Artifact{URL: "docker://example.com/slack:1.0.0", MediaType: connector.MediaReference},
		}},
	}}}
	if err := index.Encode(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"format":"patchbay.index/v1","version":1,"connectors":[
	// {"digest":"sha256:044d2a63798f1c72a8ac43aaf4718e49078476225ba4a3178d0a4a9439aa7226","connector":{"key":"slack","name":"Slack","releases":[{"version":"1.0.0","artifact":{"url":"docker://example.com/slack:1.0.0","mediaType":"application/vnd.patchbay.reference.v1"}}]}}]}
}
