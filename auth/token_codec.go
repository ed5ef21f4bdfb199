package auth

import (
	"encoding/json"
	"errors"
)

// tokenRecord is a Token with its secrets in the open. Outer members hide the
// inner ones of the same name.
type tokenRecord struct {
	Token

	AccessToken  string `json:"accessToken,omitempty"`
	RefreshToken string `json:"refreshToken,omitempty"`
	IDToken      string `json:"idToken,omitempty"`
}

// Encode returns the token with its secrets as JSON, itself a Secret: seal it
// ([Sealer.Seal]).
func (t *Token) Encode() (Secret, error) {
	return encodeRecord(&tokenRecord{*t, t.AccessToken.Reveal(), t.RefreshToken.Reveal(), t.IDToken.Reveal()})
}

// DecodeToken takes back what Token.Encode returned.
func DecodeToken(s Secret) (*Token, error) {
	var r tokenRecord
	if err := decodeRecord(s, &r); err != nil {
		return nil, err
	}
	t := r.Token
	t.AccessToken, t.RefreshToken, t.IDToken = NewSecret(r.AccessToken), NewSecret(r.RefreshToken), NewSecret(r.IDToken)
	return &t, nil
}

type authorizationRecord struct {
	Authorization

	Verifier string `json:"verifier,omitempty"`
}

// Encode returns the authorization with its secret as JSON, itself a Secret: seal
// it ([Sealer.Seal]).
func (a *Authorization) Encode() (Secret, error) {
	return encodeRecord(&authorizationRecord{*a, a.Verifier.Reveal()})
}

// DecodeAuthorization takes back what Authorization.Encode returned.
func DecodeAuthorization(s Secret) (*Authorization, error) {
	var r authorizationRecord
	if err := decodeRecord(s, &r); err != nil {
		return nil, err
	}
	a := r.Authorization
	a.Verifier = NewSecret(r.Verifier)
	return &a, nil
}

type deviceRecord struct {
	DeviceAuthorization

	DeviceCode string `json:"deviceCode,omitempty"`
}

// Encode returns the authorization with its secret as JSON, itself a Secret: seal
// it ([Sealer.Seal]).
func (d *DeviceAuthorization) Encode() (Secret, error) {
	return encodeRecord(&deviceRecord{*d, d.DeviceCode.Reveal()})
}

// DecodeDeviceAuthorization takes back what DeviceAuthorization.Encode returned.
func DecodeDeviceAuthorization(s Secret) (*DeviceAuthorization, error) {
	var r deviceRecord
	if err := decodeRecord(s, &r); err != nil {
		return nil, err
	}
	d := r.DeviceAuthorization
	d.DeviceCode = NewSecret(r.DeviceCode)
	return &d, nil
}

func encodeRecord(r any) (Secret, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return Secret{}, errors.New("auth: encode: a time in it cannot be written") // nothing else can fail
	}
	return NewSecret(string(text)), nil
}

// decodeRecord shows nothing of what it cannot read.
func decodeRecord(s Secret, r any) error {
	if json.Unmarshal([]byte(s.Reveal()), r) != nil {
		return errors.New("auth: decode: not what Encode returned")
	}
	return nil
}
