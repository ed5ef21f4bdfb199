package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
)

// Choice is one wish for a plan. Make it with Pick.
type Choice struct {
	Key string
	// Version is empty for the newest eligible one, an exact version, or a range
	// such as "~2.1".
	Version string
	// Preview lets preview releases be chosen for this wish.
	Preview bool
}

// Pick wishes for a connector in a version: see Choice.Version.
func Pick(key, version string) Choice { return Choice{Key: key, Version: version} }

// Plan says exactly what Install will do (P9). It can be shown, serialized and
// handed back; changing it makes it a plan that is refused. Only Approve is meant to change it.
type Plan struct {
	Made  time.Time  `json:"made"`
	Items []PlanItem `json:"items"`
}

// PlanItem is what happens to one connector.
type PlanItem struct {
	Key    connector.Key    `json:"key"`
	Name   string           `json:"name"`
	Feed   string           `json:"feed,omitempty"` // that offers To; empty when To is installed and no longer offered
	From   string           `json:"from,omitempty"` // the active version; empty: none
	To     string           `json:"to"`
	Digest connector.Digest `json:"digest"`         // of To
	Size   int64            `json:"size,omitempty"` // bytes of To; 0: not stated
	Stage  connector.Stage  `json:"stage"`
	Notes  string           `json:"notes,omitempty"`
	// Deprecated is the publisher's message when To is deprecated.
	Deprecated string `json:"deprecated,omitempty"`

	// Active says that To is the active version already: nothing will be done, unless
	// its receipt no longer verifies; then it is installed again.
	Active bool `json:"alreadyActive,omitempty"`
	// Installed says that To is installed already: if its receipt still verifies,
	// nothing will be downloaded (P13).
	Installed bool `json:"alreadyInstalled,omitempty"`
	// Downgrade says that To is older than From.
	Downgrade bool `json:"downgrade,omitempty"`

	// Breaking lists the breaking changes between From and To, oldest first; on a first
	// installation, none.
	Breaking []connector.Breaking `json:"breaking,omitempty"`
	// Auth says which schemes come, go or change, and Origins which addresses
	// that credentials or users are sent to. Where the feed does not serve the manifest they are only
	// known once the package is unpacked.
	Auth    []string `json:"auth,omitempty"`
	Origins []string `json:"origins,omitempty"`
	// NeedsApproval says that an origin is moved or added, or a scheme of the active version
	// changed or removed: Install refuses the item until it is Approved (P19).
	NeedsApproval bool `json:"needsApproval,omitempty"`
	Approved      bool `json:"approved,omitempty"`

	// Manifest is the digest of the manifest that Feed serves for To; empty when it
	// serves none, or To is installed.
	Manifest connector.Digest `json:"manifest,omitempty"`
	// Base is the publication's revision that the plan was made on; 0: none.
	Base Revision `json:"base,omitempty"`
}

// Plan works out what installing the choices would do, without doing anything
// (P9). If any choice cannot be planned there is no plan, and the error joins one *Error per bad choice: wrapping
// ErrNotFound, ErrNoEligible (with the reason) or ErrInvalid.
func (a *Admin) Plan(ctx context.Context, choices ...Choice) (*Plan, error) {
	if err := a.allow(ctx, "plan", ActionInstall, ""); err != nil {
		return nil, err
	}
	s, now := a.cat.snapshot(), a.cat.opts.Clock().UTC()
	sel := newSelector(&a.cat.opts, s.skips, s.pins)
	plan := &Plan{Made: now}
	var errs []error
	seen := map[connector.Key]bool{}
	for _, ch := range choices {
		item, err := a.planItem(ctx, s, sel, ch, now)
		switch {
		case err != nil:
			errs = append(errs, &Error{Op: "plan", Key: ch.Key, Err: err})
		case seen[item.Key]:
			errs = append(errs, &Error{Op: "plan", Key: ch.Key, Err: fmt.Errorf("%w: chosen twice", ErrInvalid)})
		default:
			seen[item.Key] = true
			plan.Items = append(plan.Items, *item)
		}
	}
	if len(choices) == 0 {
		errs = append(errs, &Error{Op: "plan", Err: fmt.Errorf("%w: nothing chosen", ErrInvalid)})
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return plan, nil
}

// planItem plans one choice.
func (a *Admin) planItem(ctx context.Context, s *snapshot, sel *selector, ch Choice, now time.Time) (*PlanItem, error) {
	e, err := s.find(ch.Key)
	if err != nil {
		return nil, err
	}
	if err := a.cat.authorize(ctx, a.principal, ActionInstall, string(e.key)); err != nil {
		return nil, err
	}
	selection, err := sel.explain(e, ch.Version, ch.Preview, now)
	if err != nil {
		return nil, err
	}
	if selection.Target == "" {
		return nil, &NotEligibleError{Key: e.key, Wanted: ch.Version, Selection: selection}
	}
	more, err := a.cat.details(ctx, e)
	if err != nil {
		return nil, err
	}
	r, ok := more.release(selection.Target)
	if !ok {
		return nil, fmt.Errorf("version %s is no longer offered: %w", selection.Target, ErrNotFound)
	}
	item := &PlanItem{
		Key: e.key, Name: e.view.Name, Feed: e.origin(r.Version), From: e.active(), To: r.Version,
		Digest: more.digest(r.Version), Size: r.Artifact.Size, Stage: r.EffectiveStage(), Notes: r.Notes, Deprecated: r.Deprecated,
		Active: e.active() == r.Version, Installed: e.installed[r.Version] != nil, Base: e.pubRev,
	}
	if first := e.seen[r.Version]; first != "" && first != item.Digest {
		return nil, fmt.Errorf("%w: a release is immutable (P15): %s had digest %s first, from a plan; now it comes with %s", ErrInvalid, r.Version, first, item.Digest)
	}
	if item.Active {
		return item, nil
	}
	next := more.manifest(r.Version)
	if !item.Installed {
		item.Manifest = manifestSum(next)
	}
	if item.From == "" {
		return item, nil
	}
	item.Downgrade = version.CompareVersions(item.To, item.From) < 0
	item.Breaking = breakingBetween(r.Breaking, item.From, item.To)
	if next != nil || r.Artifact.MediaType == connector.MediaReference {
		item.Auth, item.Origins = manifestChanges(e.installed[item.From], next)
		item.NeedsApproval = len(approvable(item.Auth, item.Origins)) > 0
	}
	return item, nil
}

// breakingBetween keeps the breaking changes after from and up to to, oldest
// first.
func breakingBetween(all []connector.Breaking, from, to string) []connector.Breaking {
	var out []connector.Breaking
	for _, b := range all {
		if version.CompareVersions(b.Version, from) > 0 && version.CompareVersions(b.Version, to) <= 0 {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(a, b connector.Breaking) int { return version.CompareVersions(a.Version, b.Version) })
	return out
}

// NotEligibleError says why no version could be chosen. It wraps
// ErrNoEligible.
type NotEligibleError struct {
	Key    connector.Key
	Wanted string // Choice.Version
	// Selection has the verdict for every release.
	Selection *version.Selection
}

func (e *NotEligibleError) Error() string {
	wanted := "any version"
	if e.Wanted != "" {
		wanted = fmt.Sprintf("%q", e.Wanted)
	}
	return fmt.Sprintf("%v: wanted %s: %s", ErrNoEligible, wanted, e.Selection.Why)
}

// Unwrap returns ErrNoEligible.
func (e *NotEligibleError) Unwrap() error { return ErrNoEligible }
