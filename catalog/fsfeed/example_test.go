package fsfeed_test

import (
	"context"
	"fmt"
	"io"
	"testing/fstest"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/fsfeed"
	"github.com/patchbay/patchbay/connector"
)

func Example() {
	pkg := []byte("package bytes")
	folder := fstest.MapFS{ // or root.FS() of an *os.Root, or an embed.FS
		"index.json": {Data: fmt.Appendf(nil, `{
			"format": "patchbay.index/v1",
			"version": 1,
			"connectors": [
				{"connector": {"key": "slack", "name": "Slack", "releases": [
					{"version": "1.0.0", "artifact": {"url": "packages/slack-1.0.0.tgz", "digest": %[1]q}}
				]}},
				{"connector": {"key": "jira", "name": "Jira", "releases": [
					{"version": "0.3.O", "artifact": {"url": "packages/jira-0.3.0.tgz", "digest": %[1]q}}
				]}}
			]
		}`, connector.DigestOf(pkg))},
		"packages/slack-1.0.0.tgz": {Data: pkg},
	}
	ctx := context.Background()
	feed := fsfeed.New("local", folder, nil)

	update, err := feed.Load(ctx, catalog.FeedState{})
	if err == nil {
		err = update.Decode()
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range update.Connectors {
		fmt.Println(c.Key, c.Releases[0].Version)
	}
	for _, p := range update.Problems {
		fmt.Printf("%s is lost: line %d, %s\n", p.Key, p.Faults[0].Line, p.Faults[0].Pointer)
	}

	again, err := feed.Load(ctx, update.State)
	fmt.Println("unchanged:", again.Unchanged, err)

	body, size, err := feed.OpenArtifact(ctx, update.Connectors[0].Releases[0].Artifact)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	fmt.Println(size, string(text), err)
	// Output:
	// slack 1.0.0
	// jira is lost: line 9, /connectors/1/connector/releases/0/version
	// unchanged: true <nil>
	// 13 package bytes <nil>
}
