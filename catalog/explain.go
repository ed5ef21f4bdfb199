package catalog

import (
	"context"

	"github.com/patchbay/patchbay/connector/version"
)

// Explain says of every version of a connector whether it could be chosen, by
// which rule not, and which one would be (P6). It is the very selection that
// Available and Plan use.
func (a *Admin) Explain(ctx context.Context, key string) (*version.Selection, error) {
	return a.ExplainChoice(ctx, Pick(key, ""))
}

// ExplainChoice is Explain for a wish: a version, a range, or with previews.
func (a *Admin) ExplainChoice(ctx context.Context, ch Choice) (*version.Selection, error) {
	const op = "explain"
	if err := a.allow(ctx, op, ActionManage, ch.Key); err != nil {
		return nil, err
	}
	s := a.cat.snapshot()
	e, err := s.find(ch.Key)
	if err != nil {
		return nil, &Error{Op: op, Key: ch.Key, Err: err}
	}
	sel, err := newSelector(&a.cat.opts, s.skips, s.pins).explain(e, ch.Version, ch.Preview, a.cat.opts.Clock())
	if err != nil {
		return nil, &Error{Op: op, Key: ch.Key, Err: err}
	}
	return sel, nil
}
