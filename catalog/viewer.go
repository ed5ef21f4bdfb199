package catalog

import (
	"context"
	"iter"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/governance"
)

// Viewer is what everybody else may do: use what is published. No method of it
// reaches what feeds merely offer (P2). Take one from Catalog.For. It is safe
// for concurrent use.
type Viewer struct {
	cat       *Catalog
	principal Principal
}

// Listing is one published connector, described as it was when the active version
// was installed, whatever its feed says since (P20). Its slices are shared with the
// catalog and must not be changed.
type Listing struct {
	Key         connector.Key
	Name        string
	Description string
	Publisher   string
	Categories  []string
	Icon        string
	Version     string // the active one
	Stage       connector.Stage
	// NoLongerOffered says that no feed offers the connector any more. It works
	// as before.
	NoLongerOffered bool
}

func (v *Viewer) allow(ctx context.Context, op, key string) error {
	err := v.cat.usable()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = v.cat.authorize(ctx, v.principal, ActionView, key)
	}
	if err != nil {
		return &Error{Op: op, Key: key, Err: err}
	}
	return nil
}

// Published lists the published connectors that no policy disables for the
// principal; Disabled lists the others. Query.Tag and Query.Upgradable
// speak of what is merely offered and are refused with ErrInvalid.
func (v *Viewer) Published(ctx context.Context, q *Query) iter.Seq2[Listing, error] {
	return func(yield func(Listing, error) bool) {
		l, err := v.list(ctx, q)
		if err != nil {
			yield(Listing{}, err)
			return
		}
		for r := range l.rows(nil) {
			if !yield(r.listing(), nil) {
				return
			}
		}
	}
}

// PublishedPage is one page of Published.
func (v *Viewer) PublishedPage(ctx context.Context, q *Query) (Page[Listing], error) {
	l, err := v.list(ctx, q)
	if err != nil {
		return Page[Listing]{}, err
	}
	return pageOf(l, (*Row).listing), nil
}

func (v *Viewer) list(ctx context.Context, q *Query) (*list[*published], error) {
	const op = "list published"
	if err := v.allow(ctx, op, ""); err != nil {
		return nil, err
	}
	if q != nil && (q.Tag != Untagged || q.Upgradable || q.Feed != "" || q.Sort == ByTag) {
		var faults faultList
		faults.add("Tag, Upgradable, Feed and ByTag speak of what is available, not of what is published")
		return nil, &Error{Op: op, Err: faults.err()}
	}
	s, subject := v.cat.snapshot(), v.principal.subject()
	l, err := newList(s.published, q, time.Time{}, func(p *published) *Row { return p.listed })
	if err != nil {
		return nil, &Error{Op: op, Err: err}
	}
	l.found.Filter(func(p *published) bool { return s.engine.DecideConnector(subject, p.key).Allowed() })
	return l, nil
}

// DisabledListing is a published connector that a policy disables for the
// principal.
type DisabledListing struct {
	Listing

	// Decision names the policy, and says why (G10).
	Decision governance.Decision
}

// Disabled lists the published connectors that policies disable for the
// principal, by name (G10).
func (v *Viewer) Disabled(ctx context.Context) iter.Seq2[DisabledListing, error] {
	return func(yield func(DisabledListing, error) bool) {
		if err := v.allow(ctx, "list disabled", ""); err != nil {
			yield(DisabledListing{}, err)
			return
		}
		s, subject := v.cat.snapshot(), v.principal.subject()
		for p := range s.published.All() {
			d := s.engine.DecideConnector(subject, p.key)
			if !d.Allowed() && !yield(DisabledListing{Listing: p.listed.listing(), Decision: d}, nil) {
				return
			}
		}
	}
}

func (r *Row) listing() Listing {
	return Listing{
		Key: r.Key, Name: r.Name, Description: r.Description, Publisher: r.Publisher, Categories: r.Categories,
		Icon: r.Icon, Version: r.Active, Stage: r.Stage, NoLongerOffered: r.NoLongerOffered,
	}
}
