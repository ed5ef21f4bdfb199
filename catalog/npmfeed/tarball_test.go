package npmfeed

import (
	"testing"

	"github.com/patchbay/patchbay/internal/egress"
	"github.com/stretchr/testify/require"
)

func testRegistry(t *testing.T, base string, origins ...string) *registry {
	t.Helper()
	f := Registry(base, []string{"p"}, &Options{Origins: origins})
	r, ok := f.src.(*registry)
	require.True(t, ok)
	require.NoError(t, r.err)
	return r
}

// C12: the host of a tarball is the author's choice, and it is not followed.
func TestC12_TarballsComeFromTheRegistryOrListedOrigins(t *testing.T) {
	t.Parallel()
	root := testRegistry(t, "https://npm.example.test", "https://cdn.example.test")
	below := testRegistry(t, "https://mirror.example.test/repo/npm/")
	for _, tc := range []struct {
		r        *registry
		in, want string
	}{
		{root, "https://npm.example.test/p/-/p-1.tgz", "https://npm.example.test/p/-/p-1.tgz"},
		{root, "https://NPM.example.test:443/p/-/p-1.tgz", "https://NPM.example.test:443/p/-/p-1.tgz"},
		{root, "https://npm.example.test/p-1.tgz?token=1#x", "https://npm.example.test/p-1.tgz?token=1"},
		{root, "https://cdn.example.test/p-1.tgz", "https://cdn.example.test/p-1.tgz"},
		{root, "http://npm.example.test/p/-/p-1.tgz", "https://npm.example.test/p/-/p-1.tgz"},
		{root, "https://npm.example.test:8443/p-1.tgz", "https://npm.example.test/p-1.tgz"},
		{root, "https://evil.test/p/-/p-1.tgz?next=https://npm.example.test", "https://npm.example.test/p/-/p-1.tgz"},
		{root, "https://npm.example.test.evil.test/p-1.tgz", "https://npm.example.test/p-1.tgz"},
		{root, "https://169.254.169.254/latest/x.tgz", "https://npm.example.test/latest/x.tgz"},
		{root, "https://evil.test/@s%2fp/-/p-1.tgz", "https://npm.example.test/@s%2fp/-/p-1.tgz"},
		{below, "https://evil.test/p/-/p-1.tgz", "https://mirror.example.test/repo/npm/p/-/p-1.tgz"},
		{below, "http://10.0.0.1/repo/npm/p/-/p-1.tgz", "https://mirror.example.test/repo/npm/p/-/p-1.tgz"},
		{below, "https://evil.test/repo/npmx/p-1.tgz", "https://mirror.example.test/repo/npm/repo/npmx/p-1.tgz"},
		{below, "https://mirror.example.test/elsewhere/p-1.tgz", "https://mirror.example.test/elsewhere/p-1.tgz"},
	} {
		got, err := tc.r.locate(tc.in)
		require.NoError(t, err, tc.in)
		require.Equal(t, tc.want, got, tc.in)
		u, err := egress.CheckURL(got, nil)
		require.NoError(t, err, tc.in)
		require.True(t, tc.r.allowed(u), "OpenArtifact would refuse %s", got)
	}
}

func TestHostileTarballsAreRefused(t *testing.T) {
	t.Parallel()
	r := testRegistry(t, "https://npm.example.test")
	for in, reason := range map[string]string{
		"":                                      "not an absolute",
		"p-1.tgz":                               "not an absolute",
		"//npm.example.test/p-1.tgz":            "not an absolute",
		"file:///etc/passwd":                    "not an absolute",
		"ftp://npm.example.test/p-1.tgz":        "not an absolute",
		"git+https://npm.example.test/p-1.tgz":  "not an absolute",
		"https:///p-1.tgz":                      "not an absolute",
		"https://u:p@npm.example.test/p-1.tgz":  "user information",
		"https://npm.example.test":              "names no file",
		"https://npm.example.test/":             "names no file",
		"https://npm.example.test/p/":           "names no file",
		"https://npm.example.test/../p-1.tgz":   "not plain",
		"https://evil.test/a/%2e%2e/p-1.tgz":    "not plain",
		"https://evil.test/a//p-1.tgz":          "not plain",
		"https://evil.test/./p-1.tgz":           "not plain",
		"https://evil.test/a%5cp-1.tgz":         "not plain",
		"https://evil.test/a%0d%0aHost:x/1.tgz": "not plain",
		"https://evil.test/%zz.tgz":             "not a URL",
		"https://evil.test\x00/p.tgz":           "not a URL",
	} {
		_, err := r.locate(in)
		require.ErrorContains(t, err, reason, in)
		_, err = inFolder(in)
		require.ErrorContains(t, err, reason, in)
	}
}

func TestInFolder(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://npm.example.test/p/-/p-1.0.0.tgz":        "tarballs/p-1.0.0.tgz",
		"https://npm.example.test/@s%2fp/-/p-1.0.0+b.tgz": "tarballs/p-1.0.0+b.tgz",
	} {
		got, err := inFolder(in)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, in := range []string{"a%20b.tgz", "...", "p%3f.tgz", "p:1.tgz", "ü.tgz"} {
		_, err := inFolder("https://npm.example.test/" + in)
		require.ErrorContains(t, err, "no plain file name", in)
	}
}
