package governance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// Apply returns an Engine in which all changes have happened, or changes nothing
// and returns everything that speaks against them: connector.Faults, ErrNotFound,
// ErrConflict, ErrEqualPriority, ErrInUse, each with the change it is about. The
// order of the changes has no meaning, and no two may be about the same policy or scope.
//
// A policy that is put keeps its Revision, the one it is based on, until it is
// stored; so does an assignment that is replaced. It takes time for what changes, but
// for Delete, which looks through all assignments.
func (e *Engine) Apply(changes ...Change) (*Engine, error) {
	switch {
	case e == nil || !e.loaded:
		return nil, ErrNotLoaded
	case e.fault != "":
		return nil, fmt.Errorf("%w: %s", ErrNotLoaded, e.notLoaded())
	}
	t := transition{before: e}
	seen := make(map[any]bool, len(changes))
	for _, c := range changes {
		if seen[c.target()] {
			t.refuse(c, fmt.Errorf("%w: another change is about the same", connector.ErrInvalid))
			continue
		}
		seen[c.target()] = true
		t.add(c)
	}
	after, _ := e.With(t.update) // what is wrong is told change by change
	for _, c := range t.added {
		t.confirm(c, after)
	}
	if len(t.errs) > 0 {
		return nil, errors.Join(t.errs...)
	}
	return after, nil
}

// transition is one call of Apply.
type transition struct {
	before *Engine
	update Update
	added  []Change
	errs   []error
}

func (t *transition) refuse(c Change, err error) {
	t.errs = append(t.errs, fmt.Errorf("%v: %w", c, err))
}

// add checks a change by itself and against what there is.
func (t *transition) add(c Change) {
	var f findings
	var current int64
	exists := false
	switch c.kind {
	case changePut, changeDelete:
		if old, ok := t.before.policies.get(c.id); ok {
			current, exists = old.policy.Revision, true
		}
		if c.kind == changePut {
			f.under("", c.policy.Validate())
			t.update.Policies = append(t.update.Policies, c.policy)
		} else {
			t.update.Deleted = append(t.update.Deleted, c.id)
		}
	case changeAssign, changeUnassign:
		if old := t.before.binding(c.scope); old != nil {
			current, exists = old.Revision, true
		}
		if c.kind == changeAssign {
			a := Assignment{Scope: c.scope, Policy: c.id, Revision: current}
			a.check(&f, "")
			t.update.Assignments = append(t.update.Assignments, a)
		} else {
			t.update.Unassigned = append(t.update.Unassigned, c.scope)
		}
	default:
		t.refuse(c, connector.ErrInvalid)
		return
	}
	removes := c.kind == changeDelete || c.kind == changeUnassign
	switch err := f.err(); {
	case err != nil:
		t.refuse(c, err)
	case removes && !exists:
		t.refuse(c, ErrNotFound)
	case c.base != nil && *c.base != current:
		t.refuse(c, fmt.Errorf("%w: it is based on revision %d, but there is revision %d", ErrConflict, *c.base, current))
	default:
		t.added = append(t.added, c)
	}
}

// confirm checks a change against what there would be with all of them.
func (t *transition) confirm(c Change, after *Engine) {
	switch c.kind {
	case changeDelete:
		if users := after.assigned(c.id); len(users) > 0 {
			t.refuse(c, fmt.Errorf("%w to %s", ErrInUse, strings.Join(users, ", ")))
		}
	case changeAssign:
		if _, ok := after.policies.get(c.id); !ok && c.id != NoPolicy {
			t.refuse(c, fmt.Errorf("%w: there is no policy %q", ErrNotFound, c.id))
		}
		if c.scope.Level != LevelGroup {
			return
		}
		in, _ := after.tenants.get(c.scope.Tenant)
		for _, other := range in.groups {
			if collide(c.scope, other.Scope) {
				t.refuse(c, fmt.Errorf("%w: %v has priority %d too", ErrEqualPriority, other.Scope, c.scope.Priority))
			}
		}
	default:
	}
}

// maxUsers bounds how many scopes an error names.
const maxUsers = 5

// assigned names the scopes that a policy is assigned to.
func (e *Engine) assigned(id string) []string {
	var scopes []Scope
	for b := range e.bindings() {
		if b.Policy == id {
			scopes = append(scopes, b.Scope)
		}
	}
	slices.SortFunc(scopes, compareScopes)
	var names []string
	for i, s := range scopes {
		if i == maxUsers {
			names = append(names, fmt.Sprintf("%d more", len(scopes)-i))
			break
		}
		names = append(names, s.String())
	}
	return names
}
