package auth_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/patchbay/patchbay/auth"
)

func TestCodec(t *testing.T) {
	t.Parallel()
	secret := auth.NewSecret
	token := &auth.Token{
		AccessToken: secret("a\""), RefreshToken: secret("r"), IDToken: secret("i"), Type: "Bearer", Scopes: []string{"x"},
		Expiry: epoch, Extra: map[string]string{"k": "v"},
	}
	begun := &auth.Authorization{
		URL: "https://a.example.com/?x", State: "s", Verifier: secret("v"), RedirectURI: redirectURI, Scopes: []string{"x"},
		Issuer: "https://a.example.com", IssuerRequired: true, ClientID: "c", TokenURL: "https://a.example.com/token", Expires: epoch,
	}
	device := &auth.DeviceAuthorization{
		UserCode: "U", VerificationURI: "https://a.example.com/", VerificationURIComplete: "https://a.example.com/?u", DeviceCode: secret("d"),
		Scopes: []string{"x"}, Interval: time.Second, NextPoll: epoch, Expires: epoch, ClientID: "c", TokenURL: "https://a.example.com/token",
	}
	sealed, err := token.Encode()
	require.NoError(t, err)
	gotToken, err := auth.DecodeToken(sealed)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(token, gotToken))
	sealed, err = begun.Encode()
	require.NoError(t, err)
	gotBegun, err := auth.DecodeAuthorization(sealed)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(begun, gotBegun))
	sealed, err = device.Encode()
	require.NoError(t, err)
	gotDevice, err := auth.DecodeDeviceAuthorization(sealed)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(device, gotDevice))

	sealed, err = (&auth.Token{}).Encode()
	require.NoError(t, err)
	gotToken, err = auth.DecodeToken(sealed)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(&auth.Token{}, gotToken))

	_, err = (&auth.Token{Expiry: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}).Encode()
	require.Error(t, err)
	for _, bad := range []string{"", "{", "[]", `{"accessToken":1}`, `{"verifier":1}`, `{"deviceCode":1}`} {
		_, errToken := auth.DecodeToken(secret(bad))
		_, errBegun := auth.DecodeAuthorization(secret(bad))
		_, errDevice := auth.DecodeDeviceAuthorization(secret(bad))
		assert.True(t, errToken != nil || errBegun != nil || errDevice != nil, bad)
	}
	// Plain JSON is for people, and cannot be taken back for the real thing.
	masked, err := json.Marshal(token)
	require.NoError(t, err)
	assert.Contains(t, string(masked), `"accessToken":"[redacted]"`)
	require.Error(t, json.Unmarshal(masked, &auth.Token{}))
}
