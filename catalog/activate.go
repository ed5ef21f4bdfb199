package catalog

import (
	"context"
	"fmt"
)

// activate makes what is in place the active version, in one atomic step with
// the item's final state, the audit entry and the end of the lease (P12): until that
// step the old version is active, from it on the new one.
func (w *worker) activate(ctx context.Context, got *installed) error {
	it := &w.item.Item
	now := w.cat.opts.Clock().UTC()
	w.item.State, w.item.Changed, w.item.Error = Done, now, ""
	e := w.cat.snapshot().entry(it.Key)
	if e != nil && e.active() == it.To {
		return w.repair(ctx, e, got)
	}
	pub := publication{Active: it.To, PublishedAt: now, ActivatedAt: now}
	var before []byte
	if e != nil && e.pub != nil {
		pub.Previous, pub.PublishedAt = e.pub.Active, e.pub.PublishedAt
		before = encode(e.pub)
	}
	ready := w.cat.pendActivities(it.To, now)
	after := encode(pub)
	entry := AuditEntry{
		By: w.op.By, Action: "install.item", Key: it.Key, Target: it.To, Before: digestOf(before), After: digestOf(after),
		Detail: fmt.Sprintf("operation %s, digest %s", w.op.ID, it.Digest),
	}
	err := w.cat.commit(ctx, entry, w.lease.end(), // first: who lost it must not judge by the rest
		Put(publishedKey(it.Key), after, atRevision(it.Base)),
		Put(readyKey(it.Key), encode(ready), Any()),
		Put(versioned(prefixInstalled, it.Key, it.To), encode(got), Any()),
		w.put())
	if err == nil && ready.NeedConfirm {
		w.cat.confirms.soon(w.cat, it.Key)
	}
	return err
}

// repair records that the active version, which was damaged, is whole again.
// Nothing changes for who uses it.
func (w *worker) repair(ctx context.Context, e *entry, got *installed) error {
	it := &w.item.Item
	if was := e.installed[it.To]; was != nil {
		got.Connector, got.Release = was.Connector, was.Release // P20
	}
	w.item.Note = "was damaged, installed again"
	entry := AuditEntry{By: w.op.By, Action: "install.item", Key: it.Key, Target: it.To, Detail: w.item.Note}
	return w.cat.commit(ctx, entry, w.lease.end(), Check(publishedKey(it.Key), At(e.pubRev)),
		Put(versioned(prefixInstalled, it.Key, it.To), encode(got), Any()), w.put())
}
