package npmfeed_test

import (
	"context"
	"fmt"
	"io"
	"testing/fstest"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/npmfeed"
)

// packages is a folder with one packument and the tarball it names. Programs take
// os.DirFS or, to keep links inside, os.Root.
func packages() fstest.MapFS {
	return fstest.MapFS{
		"@acme%2fweather.json": {Data: []byte(`{
  "name": "@acme/weather",
  "description": "Forecasts and alerts",
  "versions": {
    "1.0.0": {
      "name": "@acme/weather", "version": "1.0.0", "deprecated": "use 1.1.0",
      "dist": {
        "integrity": "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
        "tarball": "https://npm.example.test/@acme/weather/-/weather-1.0.0.tgz"
      }
    },
    "1.1.0-beta.2": {
      "name": "@acme/weather", "version": "1.1.0-beta.2",
      "dist": {"shasum": "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"}
    }
  }
}`)},
		"tarballs/weather-1.0.0.tgz": {Data: []byte("hello")},
	}
}

func ExampleDir() {
	feed := npmfeed.Dir(packages(), nil)
	update, err := feed.Load(context.Background(), catalog.FeedState{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range update.Connectors {
		for _, r := range c.Releases {
			fmt.Println(c.Key, r.Version, r.Stage, r.Artifact.URL, "deprecated:", r.Deprecated)
		}
	}
	for _, p := range update.Problems {
		fmt.Println(p)
	}
	// Output:
	// acme/weather 1.0.0 GA tarballs/weather-1.0.0.tgz deprecated: use 1.1.0
	// connector "acme/weather" version "1.1.0-beta.2": the release is not offered: /versions/1.1.0-beta.2/dist/tarball (line 14, column 15): tarball is missing; /versions/1.1.0-beta.2/dist/shasum (line 14, column 26): only a sha1 shasum is stated, which proves nothing; want integrity
}

func ExampleFeed_OpenArtifact() {
	ctx := context.Background()
	feed := npmfeed.Dir(packages(), nil)
	update, err := feed.Load(ctx, catalog.FeedState{})
	if err != nil {
		fmt.Println(err)
		return
	}
	body, size, err := feed.OpenArtifact(ctx, update.Connectors[0].Releases[0].Artifact)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	fmt.Println(size, string(data), err)
	// Output: 5 hello <nil>
}

// A registry is always named by the program, and so are the packages it offers.
func ExampleRegistry() {
	feed := npmfeed.Registry("https://npm.example.com", []string{"weather-nodes", "@acme/mail"}, &npmfeed.Options{
		Name:    "community nodes",
		Origins: []string{"https://cdn.example.com"}, // tarballs may also come from here
	})
	fmt.Println(feed.Name())
	// Output: community nodes
}
