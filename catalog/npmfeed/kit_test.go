package npmfeed

import (
	"maps"
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
)

// states are what the kit brings a source into, as content.
func states(t *testing.T) (good, changed, oneBad map[string]string) {
	t.Helper()
	good, changed, oneBad = content(t), content(t), content(t)
	changed["/mail"] = string(encode(t, doc("mail", ver("mail", "1.0.0", "mail one"), ver("mail", "1.2.0", "mail two"))))
	oneBad["/mail"] = `{"name": "male"}`
	return good, changed, oneBad
}

func TestFeed_Registry(t *testing.T) {
	t.Parallel()
	good, changed, oneBad := states(t)
	catalogtest.TestFeed(t, func(t *testing.T) *catalogtest.FeedUnderTest {
		t.Helper()
		s := serve(t)
		set := func(files map[string]string) func() error {
			return func() error { s.set(files); return nil }
		}
		open := func() catalog.Feed { return Registry(s.URL, []string{"mail", "@acme/chat"}, s.options()) }
		return &catalogtest.FeedUnderTest{
			Feed: open(), Good: set(good), Changed: set(changed), OneBad: set(oneBad),
			Broken: map[string]func() error{"knows no package": set(nil)},
			Reopen: open,
		}
	}, nil)
}

func TestFeed_Dir(t *testing.T) {
	t.Parallel()
	good, changed, oneBad := states(t)
	catalogtest.TestFeed(t, func(t *testing.T) *catalogtest.FeedUnderTest {
		t.Helper()
		fsys := fstest.MapFS{}
		set := func(files map[string]string) func() error {
			return func() error {
				clear(fsys)
				maps.Copy(fsys, folderOf(files))
				return nil
			}
		}
		open := func() catalog.Feed { return Dir(fsys, nil) }
		return &catalogtest.FeedUnderTest{
			Feed: open(), Good: set(good), Changed: set(changed), OneBad: set(oneBad),
			Broken: map[string]func() error{
				"gone":          set(nil),
				"only tarballs": set(map[string]string{"/mail/-/mail-1.0.0.tgz": ""}),
			},
			Reopen: open,
		}
	}, nil)
}

var _ http.Handler = (*server)(nil)
