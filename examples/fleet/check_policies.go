package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
)

// policiesAsTold holds policies and assignments to what was written last.
func (l *left) policiesAsTold(ctx context.Context) (string, error) {
	var errs []error
	revisions, assignments := map[string]int64{}, map[string]string{}
	written := l.told(put, assigned, unassigned)
	for _, a := range written {
		switch a.Did {
		case put:
			revisions[a.Policy] = a.Revision
		case assigned:
			assignments[scopeOf(a.Policy).String()] = a.Policy
		case unassigned:
			delete(assignments, scopeOf(a.Policy).String())
		default:
		}
	}
	for id, want := range revisions {
		p, err := l.admin.Policy(ctx, id)
		if err == nil && p.Revision != want {
			err = fmt.Errorf("policy %s has revision %d, want %d", id, p.Revision, want)
		}
		errs = append(errs, err)
	}
	for as, err := range l.admin.Assignments(ctx) {
		if err != nil {
			return "", err
		}
		if assignments[as.Scope.String()] != as.Policy {
			errs = append(errs, fmt.Errorf("%s is assigned to %s", as.Policy, as.Scope))
		}
		delete(assignments, as.Scope.String())
	}
	for scope, policy := range assignments {
		errs = append(errs, fmt.Errorf("%s is no longer assigned to %s", policy, scope))
	}
	return fmt.Sprintf("%d changes", len(written)), errors.Join(errs...)
}

// inForce follows the audit log, which has all commits of all processes in their
// order: what decides, at each entry, about a new connection.
type inForce struct {
	writes   map[string][]act // of each policy, still to come
	now      map[string]act   // of each policy, the last one
	assigned map[string]bool  // by policy
}

// admitted holds every connection to the policy that was in force at its commit. One that was
// closed by a policy written before has no place in the log.
func (l *left) admitted(context.Context) (string, error) {
	f := &inForce{map[string][]act{}, map[string]act{}, map[string]bool{}}
	for _, a := range l.told(put) {
		f.writes[a.Policy] = append(f.writes[a.Policy], a)
	}
	told := map[string]act{}
	for _, a := range l.told(connected) {
		told[a.What] = a
	}
	var errs []error
	logged := map[string]bool{}
	for i := range l.log {
		e := &l.log[i]
		if e.Action == "connect" {
			logged[e.Target] = true
			a, ok := told[e.Target]
			if !ok {
				errs = append(errs, fmt.Errorf("nobody made connection %s", e.Target))
				continue
			}
			errs = append(errs, f.admits(e.Key, a.Policy, a.Revision, "connection "+a.What))
			if c, there := l.connections[a.What]; there { // what is stored with it
				errs = append(errs, f.admits(c.Connector, c.Admitted.Policy, c.Admitted.Revision, "the record of connection "+a.What))
			}
			continue
		}
		errs = append(errs, f.follow(e))
	}
	for id := range l.connections {
		if !logged[id] {
			errs = append(errs, fmt.Errorf("connection %s is not in the log", id))
		}
	}
	return fmt.Sprintf("%d connections, %d refused", len(logged), len(l.told(refused))), errors.Join(errs...)
}

func (f *inForce) follow(e *catalog.AuditEntry) error {
	switch e.Action {
	case "put policy":
		if len(f.writes[e.Target]) == 0 {
			return fmt.Errorf("entry %d: nobody wrote policy %s", e.Seq, e.Target)
		}
		f.now[e.Target], f.writes[e.Target] = f.writes[e.Target][0], f.writes[e.Target][1:]
	case "assign":
		f.assigned[e.Target] = true
	case "unassign":
		for _, policy := range []string{house, visitors} {
			if scopeOf(policy).String() == e.Target {
				f.assigned[policy] = false
			}
		}
	}
	return nil
}

// admits says why that revision of that policy does not admit a connection here.
func (f *inForce) admits(key connector.Key, policy string, revision int64, what string) error {
	decides := act{}
	for _, p := range []string{house, visitors} { // the user's goes before the tenant's
		if f.assigned[p] {
			decides = f.now[p]
		}
	}
	switch {
	case policy != decides.Policy || revision != decides.Revision:
		return fmt.Errorf("%s was admitted by policy %q revision %d while %q revision %d was in force", what, policy, revision, decides.Policy, decides.Revision)
	case key == decides.Key:
		return fmt.Errorf("%s was admitted although %s revision %d closes %s", what, policy, revision, key)
	}
	return nil
}
