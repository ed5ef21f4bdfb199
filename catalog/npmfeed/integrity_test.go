package npmfeed

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"testing"

	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/require"
)

func sri512(data string) string {
	sum := sha512.Sum512([]byte(data))
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

func digest512(data string) connector.Digest {
	sum := sha512.Sum512([]byte(data))
	return connector.Digest("sha512:" + hex.EncodeToString(sum[:]))
}

func TestDigestOf(t *testing.T) {
	t.Parallel()
	sum := sha256.Sum256([]byte("a"))
	sri256 := "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
	d256 := connector.DigestOf([]byte("a"))

	for name, tc := range map[string]struct {
		in   string
		want connector.Digest
		err  string
	}{
		"sha512":                  {in: sri512("a"), want: digest512("a")},
		"sha256":                  {in: sri256, want: d256},
		"strongest, any order":    {in: sri256 + " " + sri512("a"), want: digest512("a")},
		"options are passed over": {in: sri512("a") + "?mode=x", want: digest512("a")},
		"same hash twice":         {in: sri512("a") + "\t" + sri512("a"), want: digest512("a")},
		"weaker, unknown ones":    {in: "sha1-deadbeef md5-x sha384-y " + sri256, want: d256},
		"two different":           {in: sri512("a") + " " + sri512("b"), err: "several sha512"},
		"broken strongest":        {in: "sha512-AAAA " + sri256, err: "it has 3 bytes"},
		"no padding":              {in: sri512("a")[:93], err: "not base64 with padding"},
		"hex instead of base64":   {in: "sha256-" + hex.EncodeToString(sum[:]), err: "it has 48 bytes"},
		"sha1 only":               {in: "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", err: "neither"},
		"upper-case algorithm":    {in: "SHA512-" + sri512("a")[7:], err: "neither"},
		"blank":                   {in: " ", err: "neither"},
		"digest, not an SRI":      {in: string(d256), err: "neither"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := digestOf(tc.in)
			require.Equal(t, tc.want, got)
			if tc.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tc.err)
			}
		})
	}
}
