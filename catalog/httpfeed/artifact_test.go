package httpfeed_test

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/catalog/httpfeed"
	"github.com/patchbay/patchbay/connector"
)

func TestArtifactURLIsRelativeToTheConfiguredURL(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, name := range []string{"/feeds/a.tgz", "/feeds/sub/b.tgz", "/c.tgz", "/feeds/with space.tgz"} {
		s.files[name] = []byte(name)
	}
	f := s.feed(t, nil)
	for url, want := range map[string]string{
		"a.tgz": "/feeds/a.tgz", "./a.tgz": "/feeds/a.tgz", "sub/b.tgz": "/feeds/sub/b.tgz", "../c.tgz": "/c.tgz",
		"/c.tgz": "/c.tgz", "with%20space.tgz": "/feeds/with space.tgz", s.URL + "/c.tgz": "/c.tgz",
		strings.TrimPrefix(s.URL, "http:") + "/c.tgz": "/c.tgz", "../../../c.tgz": "/c.tgz",
	} {
		body, size, err := f.OpenArtifact(t.Context(), connector.Artifact{URL: url})
		require.NoError(t, err, url)
		data, err := io.ReadAll(body)
		require.NoError(t, errors.Join(err, body.Close()))
		assert.Equal(t, want, string(data))
		assert.EqualValues(t, len(want), size)
	}
	for _, r := range s.seen {
		assert.Empty(t, r.URL.RawQuery, "the query of the index stays with the index")
	}
}

func TestArtifactIsRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := s.feed(t, nil)
	for url, is := range map[string]error{
		"docker://example.com/image:1":    errors.ErrUnsupported,
		"file:///etc/passwd":              errors.ErrUnsupported,
		"mailto:x":                        errors.ErrUnsupported,
		"":                                fs.ErrInvalid,
		"%zz":                             fs.ErrInvalid,
		"http://u:hush@127.0.0.1/a":       fs.ErrInvalid,
		"http://169.254.169.254/?q=hush":  fs.ErrPermission,
		"//169.254.169.254/a?q=hush":      fs.ErrPermission,
		"http://[fd00:ec2::254]/a?q=hush": fs.ErrPermission,
		"http://2130706433/a?q=hush":      fs.ErrPermission,
		"none.tgz?q=hush":                 fs.ErrNotExist,
	} {
		body, _, err := f.OpenArtifact(t.Context(), connector.Artifact{URL: url})
		require.ErrorIs(t, err, is, "%q", url)
		assert.Nil(t, body)
		assert.NotContains(t, err.Error(), "hush")
	}
	_, _, err := f.OpenArtifact(t.Context(), connector.Artifact{URL: "a.tgz", MediaType: connector.MediaReference})
	require.ErrorIs(t, err, errors.ErrUnsupported)
}

func TestArtifactIsBounded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.files["/feeds/a.tgz"] = make([]byte, 1000)
	open := func(most, stated int64) error {
		body, _, err := s.feed(t, &httpfeed.Options{MaxArtifactBytes: most}).
			OpenArtifact(t.Context(), connector.Artifact{URL: "a.tgz", Size: stated})
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, body)
		return errors.Join(err, body.Close())
	}
	require.NoError(t, open(0, 0))
	require.NoError(t, open(1000, 0))
	require.NoError(t, open(1000, 1000))
	for _, bounds := range [][2]int64{{999, 0}, {0, 999}, {1000, 1001}, {0, 2 << 30}} {
		var large *httpfeed.TooLargeError
		require.ErrorAs(t, open(bounds[0], bounds[1]), &large, "%v", bounds)
	}
}

func TestBrokenArtifactIsResumed(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	want := strings.Repeat("0123456789", 1000)
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"v1"`)
		if r.Header.Get("Range") == "" {
			w.Header().Set("Content-Length", "10000")
			_, _ = io.WriteString(w, want[:4000])
			_ = http.NewResponseController(w).Flush()
			conn, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = conn.Close()
			}
			return
		}
		assert.Equal(t, "bytes=4000-", r.Header.Get("Range"))
		w.Header().Set("Content-Range", "bytes 4000-9999/10000")
		w.WriteHeader(http.StatusPartialContent)
		_, _ = io.WriteString(w, want[4000:])
	})
	body, size, err := s.feed(t, &httpfeed.Options{Attempts: 2}).OpenArtifact(t.Context(), connector.Artifact{URL: "a.tgz"})
	require.NoError(t, err)
	assert.EqualValues(t, 10000, size)
	data, err := io.ReadAll(body)
	require.NoError(t, errors.Join(err, body.Close()))
	assert.Equal(t, want, string(data))
}
