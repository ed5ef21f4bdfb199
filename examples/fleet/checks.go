package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/catalog"
)

// verdict is what became of one check.
type verdict struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Why  string `json:"why"` // what was found
}

// check is one thing that can be relied on, whatever process is killed when. It says what
// it looked at, or what is broken.
type check struct {
	name string
	do   func(l *left, ctx context.Context) (string, error)
}

// checks are those that read only, and those that look at the packages, for which the
// catalog is opened with an Installer: that would heal what the others must find.
func checks() (reading, packages []check) {
	return []check{
			{"every operation is final", (*left).operationsEnded},
			{"what was installed is in the log", (*left).installsLogged},
			{"every acknowledged change of a connection is there", (*left).connectionsAsTold},
			{"names are unique", (*left).namesUnique},
			{"policies are as written last", (*left).policiesAsTold},
			{"every connection was admitted by the policy in force", (*left).admitted},
			{"the audit log verifies", (*left).auditVerifies},
			{"no secret is stored in the clear", (*left).secretsSealed},
		}, []check{
			{"every installed package verifies", (*left).packagesVerify},
			{"no stray files", (*left).noStrays},
		}
}

// left is what the processes left, and what they said they did.
type left struct {
	cfg  *config
	acts []act
	*program
	admin       *catalog.Admin
	log         []catalog.AuditEntry
	connections map[string]catalog.Connection // by id
}

// checkAll prints what each check finds, and reports whether all hold.
func checkAll(ctx context.Context, cfg *config, out *output) (holds bool, err error) {
	out.summary()
	_, _ = fmt.Fprintf(out.text, "\nWhat they left:\n")
	acts, err := cfg.acts()
	if err != nil {
		return false, err
	}
	reading, packages := checks()
	first, err := checkSome(ctx, cfg, acts, out, nil, reading)
	if err != nil {
		return false, err
	}
	second, err := checkSome(ctx, cfg, acts, out, func(string) {}, packages)
	return first && second, err
}

// checkSome opens the catalog for some of the checks.
func checkSome(ctx context.Context, cfg *config, acts []act, out *output, fetching func(string), some []check) (holds bool, err error) {
	l := &left{cfg: cfg, acts: acts, connections: map[string]catalog.Connection{}}
	if l.program, err = cfg.open(ctx, fetching); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if err := l.read(ctx); err != nil {
		return false, err
	}
	holds = true
	for _, c := range some {
		v := &verdict{Name: c.name}
		found, err := c.do(l, ctx)
		if v.OK, v.Why = err == nil, found; err != nil {
			v.Why = err.Error()
		}
		out.check(v)
		holds = holds && v.OK
	}
	return holds, nil
}

func (l *left) read(ctx context.Context) (err error) {
	if l.admin, err = l.Manage(admin("eve")); err != nil {
		return err
	}
	for e, err := range l.admin.Audit(ctx, nil) {
		if err != nil {
			return err
		}
		l.log = append(l.log, e)
	}
	for c, err := range l.For(member()).Connections().List(ctx, nil) {
		if err != nil {
			return err
		}
		l.connections[c.ID] = c
	}
	return nil
}

// told are the acts of some kind.
func (l *left) told(kinds ...deed) []act {
	return slices.DeleteFunc(slices.Clone(l.acts), func(a act) bool { return !slices.Contains(kinds, a.Did) })
}

// logged counts entries that say so.
func (l *left) logged(is func(e *catalog.AuditEntry) bool) (n int) {
	for i := range l.log {
		if is(&l.log[i]) {
			n++
		}
	}
	return n
}
