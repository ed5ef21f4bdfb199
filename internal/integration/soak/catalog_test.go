package soak_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
)

// refresh changes the feed, and loads it.
func refresh(w *worker) error {
	i, minor := w.IntN(connectors), w.IntN(releases)
	switch w.IntN(6) {
	case 0:
		w.feed.Withdraw(key(i), fmt.Sprintf("1.%d.0", minor))
	case 1:
		w.feed.Edit(key(i), func(c *connector.Connector) { c.Description = fmt.Sprint("edition ", w.IntN(100)) })
	case 2:
		w.feed.Fail(pick(w, nil, catalogtest.ErrFault))
	case 3:
		w.feed.FailArtifact(artifactOf(i, minor), w.IntN(200)-1, pick(w, nil, catalogtest.ErrFault))
	default:
		w.offer(i, minor)
	}
	return w.admin.Refresh(w.ctx)
}

// install upgrades or rolls back, and waits for the end.
func install(w *worker) error {
	choices := []catalog.Choice{catalog.Pick(w.key(), pick(w, "", "", fmt.Sprintf("1.%d.0", w.IntN(releases))))}
	if other := w.key(); other != choices[0].Key && w.IntN(3) == 0 {
		choices = append(choices, catalog.Pick(other, ""))
	}
	plan, err := w.admin.Plan(w.ctx, choices...)
	if err != nil {
		return err
	}
	op, err := w.admin.Install(w.ctx, plan)
	if err != nil {
		return err
	}
	st, err := op.Wait(w.ctx)
	if err != nil {
		return err
	}
	for _, it := range st.Items {
		if it.State == catalog.Failed && !strings.Contains(it.Err, catalogtest.ErrFault.Error()) && !strings.Contains(it.Err, catalog.ErrStalePlan.Error()) {
			return fmt.Errorf("%s@%s has failed: %s", it.Key, it.To, it.Err)
		}
	}
	if n := st.Failed(); n > 0 {
		return fmt.Errorf("%d items: %w", n, catalogtest.ErrFault)
	}
	return nil
}

func prune(w *worker) error {
	_, err := w.admin.Prune(w.ctx, w.key())
	return err
}

func skip(w *worker) error {
	s := &catalog.Skip{Versions: pick(w, "1.1.0", ">=1.4.0", "1.2.0"), Reason: "soak"}
	if w.IntN(2) == 0 {
		s.Expires = w.now().Add(time.Minute)
	}
	_, err := w.admin.Skip(w.ctx, pick(w, w.key(), "acme/*"), s)
	return err
}

func unskip(w *worker) error {
	var ids []string
	for h, err := range w.admin.Skips(w.ctx, "") {
		if err != nil {
			return err
		}
		ids = append(ids, h.ID)
	}
	if len(ids) == 0 {
		return nil
	}
	return w.admin.Unskip(w.ctx, pick(w, ids...))
}

// read reads what people look at.
func read(w *worker) error {
	q := &catalog.Query{Text: pick(w, "", "app", "edition", "ap0"), Upgradable: w.IntN(4) == 0, Limit: 1 + w.IntN(5), Desc: w.IntN(2) == 0}
	for range 2 {
		page, err := w.admin.AvailablePage(w.ctx, q)
		if err != nil {
			return err
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	user := w.For(pick(w, people...))
	_, err := user.PublishedPage(w.ctx, &catalog.Query{Text: q.Text})
	if err != nil {
		return err
	}
	if _, err := w.admin.Connector(w.ctx, w.key()); err != nil {
		return err
	}
	_, err = user.Connector(w.ctx, w.key())
	return err
}

func explain(w *worker) error {
	_, err := w.admin.Explain(w.ctx, w.key())
	_, err2 := w.admin.ExplainAccess(w.ctx, pick(w, people...), w.key())
	return errors.Join(err, err2)
}

func audit(w *worker) error {
	n := 0
	for _, err := range w.admin.Audit(w.ctx, &catalog.AuditQuery{Key: connector.Key(w.key()), After: uint64(w.IntN(1000))}) {
		if err != nil {
			return err
		}
		if n++; n == 20 {
			break
		}
	}
	return nil
}
