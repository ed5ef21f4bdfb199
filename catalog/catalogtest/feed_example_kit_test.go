package catalogtest_test

import (
	"context"
	"errors"
	"testing"
	"testing/fstest"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
)

// A feed is tested together with control over its source.
func ExampleTestFeed() {
	var t *testing.T // func TestFolderFeed(t *testing.T)
	catalogtest.TestFeed(t, openFolder, &catalogtest.FeedOptions{NeverUnchanged: true})
}

// openFolder returns a feed on a folder in memory.
func openFolder(*testing.T) *catalogtest.FeedUnderTest {
	source := fstest.MapFS{}
	write := func(names ...string) func() error {
		return func() error {
			clear(source)
			for _, name := range names {
				source[name] = &fstest.MapFile{Data: []byte(name)}
			}
			return nil
		}
	}
	return &catalogtest.FeedUnderTest{
		Feed:    folderFeed{source},
		Good:    write("jira", "slack"),
		Changed: write("jira", "slack", "teams"),
		OneBad:  write("jira", "slack", "Not A Key"),
		Broken:  map[string]func() error{"empty": write()},
	}
}

// folderFeed offers a connector for each file of a folder.
type folderFeed struct{ fsys fstest.MapFS }

func (folderFeed) Name() string { return "folder" }

func (f folderFeed) Load(ctx context.Context, _ catalog.FeedState) (*catalog.FeedUpdate, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	files, err := f.fsys.ReadDir(".")
	if err != nil || len(files) == 0 {
		return nil, errors.Join(errors.New("no connector is there"), err)
	}
	u := &catalog.FeedUpdate{}
	for i, file := range files {
		u.State.ETag += file.Name() + ";"
		key, err := connector.ParseKey(file.Name())
		if err != nil {
			u.Problems = append(u.Problems, connector.Problem{
				Key: file.Name(), Lost: connector.LostConnector,
				Faults: []connector.Fault{{Line: i + 1, Reason: err.Error()}},
			})
			continue
		}
		u.Connectors = append(u.Connectors, connector.Connector{Key: key, Name: file.Name(), Releases: []connector.Release{{
			Version: "1.0.0", Artifact: connector.Artifact{URL: file.Name(), Digest: connector.DigestOf([]byte(file.Name()))},
		}}})
	}
	return u, nil
}

func TestFolderFeed(t *testing.T) {
	t.Parallel()
	catalogtest.TestFeed(t, openFolder, &catalogtest.FeedOptions{NeverUnchanged: true})
}
