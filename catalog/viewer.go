package catalog

import (
	"context"
	"iter"

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
		rows, err := v.rows(ctx, q)
		if err != nil {
			yield(Listing{}, err)
			return
		}
		for _, r := range rows {
			if !yield(r.listing(), nil) {
				return
			}
		}
	}
}

// PublishedPage is one page of Published.
func (v *Viewer) PublishedPage(ctx context.Context, q *Query) (Page[Listing], error) {
	rows, err := v.rows(ctx, q)
	if err != nil {
		return Page[Listing]{}, err
	}
	return paginate(rows, q, (*Row).listing), nil
}

func (v *Viewer) rows(ctx context.Context, q *Query) ([]*Row, error) {
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
	rows, err := s.query(q, func(e *entry) (*Row, string) {
		if e.listed == nil || !s.engine.DecideConnector(subject, e.key).Allowed() {
			return nil, ""
		}
		return e.listed, e.listedText
	})
	if err != nil {
		return nil, &Error{Op: op, Err: err}
	}
	return rows, nil
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
		rows, err := s.query(nil, func(e *entry) (*Row, string) {
			if e.listed == nil || s.engine.DecideConnector(subject, e.key).Allowed() {
				return nil, ""
			}
			return e.listed, ""
		})
		if err != nil {
			yield(DisabledListing{}, &Error{Op: "list disabled", Err: err})
			return
		}
		for _, r := range rows {
			if !yield(DisabledListing{Listing: r.listing(), Decision: s.engine.DecideConnector(subject, r.Key)}, nil) {
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
