package oidcserver

import (
	"context"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
)

// device is an authorization on a device: RFC 8628.
type device struct {
	userCode string
	state    op.DeviceAuthorizationState
}

func (s *store) StoreDeviceAuthorization(
	_ context.Context, client, deviceCode, userCode string, expires time.Time, scopes []string,
) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.typed(userCode) != nil {
		return op.ErrDuplicateUserCode
	}
	s.devices[deviceCode] = &device{userCode, op.DeviceAuthorizationState{ClientID: client, Scopes: scopes, Expires: expires}}
	return nil
}

// typed returns the device of a user code, or nil.
func (s *store) typed(userCode string) *device {
	for _, d := range s.devices {
		if d.userCode == userCode {
			return d
		}
	}
	return nil
}

// decide notes what a person says to a user code.
func (s *store) decide(userCode, subject string, agrees bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.typed(userCode)
	if d == nil || !time.Now().Before(d.state.Expires) {
		return errUnknown
	}
	d.state.Done, d.state.Denied = agrees, !agrees
	d.state.Subject, d.state.AuthTime = subject, time.Now()
	return nil
}

// GetDeviceAuthorizatonState is asked at every poll.
func (s *store) GetDeviceAuthorizatonState(
	_ context.Context, client, deviceCode string,
) (*op.DeviceAuthorizationState, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.devices[deviceCode]
	if d == nil || d.state.ClientID != client {
		return nil, errUnknown
	}
	if s.slow > 0 {
		s.slow--
		return nil, context.DeadlineExceeded // the library's word for slow_down
	}
	if d.state.Done || d.state.Denied {
		delete(s.devices, deviceCode) // it is for one use
	}
	state := d.state
	return &state, nil
}
