package soak_test

import (
	"net/http"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/auth/authtest"
	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/governance"
)

// kinds are all that is done.
func kinds() []kind {
	return []kind{
		{"refresh", 6, refresh, []error{catalogtest.ErrFault}},
		{"install", 8, install, []error{catalogtest.ErrFault, catalog.ErrStalePlan, catalog.ErrNoEligible, catalog.ErrNotFound}},
		{"prune", 1, prune, []error{catalog.ErrInUse}},
		{"skip", 2, skip, nil},
		{"unskip", 4, unskip, []error{catalog.ErrNotFound}},
		{"read", 20, read, []error{catalog.ErrDisabledByPolicy}},
		{"explain", 6, explain, nil},
		{"audit", 3, audit, nil},
		{"policy", 4, putPolicy, []error{governance.ErrConflict}},
		{"assign", 6, assign, []error{catalog.ErrNotFound, governance.ErrEqualPriority}},
		{"create", 6, create, []error{catalog.ErrExists, catalog.ErrDisabledByPolicy, catalog.ErrInvalid, catalog.ErrConflict, catalog.ErrNotFound}},
		{"edit", 8, edit, []error{catalog.ErrConflict, catalog.ErrExists, catalog.ErrNotFound, catalog.ErrForbidden}},
		{"agree", 3, agree, []error{errProvider, catalog.ErrExists, catalog.ErrDisabledByPolicy, catalog.ErrConflict, catalog.ErrNotFound, catalog.ErrForbidden, auth.ErrExpired}},
		{"use", 20, use, []error{errProvider, catalog.ErrNotFound, catalog.ErrForbidden}},
		{"quarantine", 2, quarantine, []error{catalog.ErrInvalid, catalog.ErrNotFound, catalog.ErrForbidden, catalog.ErrConflict}},
		{"rewrap", 1, rewrap, nil},
		{"fault", 1, fault, nil},
	}
}

// fault makes the provider fail at the next request for a token.
func fault(w *worker) error {
	w.server.Script(authtest.Token, pick(w,
		authtest.DropBefore(), authtest.DropAfter(), authtest.Cut(), authtest.Delay(lease/4),
		authtest.Refuse(http.StatusBadRequest, "invalid_grant", ""), authtest.Reply(http.StatusServiceUnavailable, nil, "")))
	return nil
}
