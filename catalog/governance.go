package catalog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
)

// ErrDisabledByPolicy refuses what a policy disables; the error around it says
// which (G10). It is governance.ErrDisabledByPolicy.
var ErrDisabledByPolicy = governance.ErrDisabledByPolicy

// subject is the principal as policies see it.
func (p Principal) subject() governance.Subject {
	return governance.Subject{Tenant: p.Tenant, User: p.User, Groups: p.Groups}
}

func policyKey(id string) string { return prefixPolicy + id }

// assignKey is the key of a scope's assignment.
func assignKey(s governance.Scope) string {
	return prefixAssign + string(s.Level) + "/" + url.PathEscape(s.Tenant) + "/" + url.PathEscape(s.Subject)
}

// assignScope undoes assignKey, but for the priority.
func assignScope(key string) (governance.Scope, error) {
	parts := strings.Split(strings.TrimPrefix(key, prefixAssign), "/")
	if len(parts) != 3 {
		return governance.Scope{}, fmt.Errorf("record %q is damaged", key)
	}
	tenant, err := url.PathUnescape(parts[1])
	if err != nil {
		return governance.Scope{}, fmt.Errorf("record %q is damaged: %w", key, err)
	}
	subject, err := url.PathUnescape(parts[2])
	if err != nil {
		return governance.Scope{}, fmt.Errorf("record %q is damaged: %w", key, err)
	}
	return governance.Scope{Level: governance.Level(parts[0]), Tenant: tenant, Subject: subject}, nil
}

// governed is one change of policies or assignments on its way.
type governed struct {
	action, target string
	change         governance.Change
	// ops makes the change's records, from the snapshot that it was judged on.
	ops func(ctx context.Context, s *snapshot) ([]Op, error)
}

// govern makes one change. All of them go through one record, so that each is
// judged on exactly what it is committed onto, in whichever process (G6, G12):
// two groups never get one priority, no policy goes while it is being assigned. It returns the
// revision of what it wrote.
func (a *Admin) govern(ctx context.Context, g governed) (Revision, error) {
	if err := a.allowOn(ctx, g.action, ActionGovern, "", g.target); err != nil {
		return 0, err
	}
	for {
		rev, err := a.governOnce(ctx, g)
		if conflicted(err, keyGovern) {
			continue // something else changed meanwhile; ctx bounds the retries
		}
		if err != nil {
			return 0, &Error{Op: g.action, Key: g.target, Err: alsoOurs(err)}
		}
		return rev, nil
	}
}

// alsoOurs makes errors of package governance match this package's sentinels
// too, which is what callers of the catalog look for.
func alsoOurs(err error) error {
	for theirs, ours := range map[error]error{
		governance.ErrNotFound: ErrNotFound, governance.ErrConflict: ErrConflict, governance.ErrInUse: ErrInUse, connector.ErrInvalid: ErrInvalid,
	} {
		if errors.Is(err, theirs) && !errors.Is(err, ours) {
			err = &joined{text: err, also: ours}
		}
	}
	return err
}

// joined is an error with the text of one and the identity of two.
type joined struct{ text, also error }

func (j *joined) Error() string   { return j.text.Error() }
func (j *joined) Unwrap() []error { return []error{j.text, j.also} }

func (a *Admin) governOnce(ctx context.Context, g governed) (Revision, error) {
	if err := a.cat.sync(ctx); err != nil {
		return 0, err
	}
	s := a.cat.snapshot()
	if _, err := s.engine.Apply(g.change); err != nil {
		return 0, err
	}
	ops, err := g.ops(ctx, s)
	if err != nil {
		return 0, err
	}
	entry := AuditEntry{By: a.principal, Action: g.action, Target: g.target, Detail: g.change.String()}
	// The record of all comes first: whoever comes too late is told by it, and judged again.
	return a.cat.commitAt(ctx, entry, append([]Op{Put(keyGovern, []byte("{}"), atRevision(s.governed))}, ops...)...)
}

// ExplainAccess returns every assignment that applies to a principal, which of
// them decides, and what is decided about a published connector and each of its schemes, and
// why (G8). It is the very evaluation that admits connections.
func (a *Admin) ExplainAccess(ctx context.Context, p Principal, key string) (*governance.Explanation, error) {
	const op = "explain access"
	if err := a.allow(ctx, op, ActionManage, key); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, &Error{Op: op, Key: key, Err: err}
	}
	s := a.cat.snapshot()
	e, err := s.findPublished(key)
	if err != nil {
		return nil, &Error{Op: op, Key: key, Err: err}
	}
	return s.engine.Explain(p.subject(), e.key, e.schemes()), nil
}

// Preview says what changes of policies and assignments would mean, and makes
// none of them (G7): per tenant, which existing connections would be refused if they were made then, and which
// connectors and schemes would vanish or appear. Changes that could not be made are refused as they would be then.
func (a *Admin) Preview(ctx context.Context, changes ...governance.Change) (*governance.Impact, error) {
	const op = "preview"
	if err := a.allow(ctx, op, ActionGovern, ""); err != nil {
		return nil, err
	}
	s := a.cat.snapshot()
	after, err := s.engine.Apply(changes...)
	if err != nil {
		return nil, &Error{Op: op, Err: alsoOurs(err)}
	}
	var published []governance.Published
	for e := range s.all() {
		if e.pub != nil {
			published = append(published, governance.Published{Key: e.key, Schemes: e.schemes()})
		}
	}
	impact, err := governance.Preview(s.engine, after, published, a.cat.connections(ctx), nil)
	if err != nil {
		return nil, &Error{Op: op, Err: err}
	}
	return impact, nil
}

// connections are all existing ones, as Preview looks at them.
func (c *Catalog) connections(ctx context.Context) iter.Seq2[governance.Connection, error] {
	return func(yield func(governance.Connection, error) bool) {
		for rec, err := range c.list(ctx, prefixConn) {
			var r connRecord
			if err == nil {
				r, err = decode[connRecord](rec)
			}
			if err != nil {
				yield(governance.Connection{}, err)
				return
			}
			if !yield(governance.Connection{
				ID: r.ID, Tenant: r.Tenant, User: r.Owner, Groups: r.Groups, Key: r.Key, Scheme: r.Scheme, Type: r.Type,
			}, nil) {
				return
			}
		}
	}
}
