package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
)

// AuditAnchor names one entry of the audit log, and with it all before it: an entry's
// hash covers the one before. Kept where nobody can write who can write to the store, it
// shows later whether any of them was touched. The zero value stands before the first entry.
type AuditAnchor struct {
	Seq  uint64 `json:"seq"`
	Hash string `json:"hash"`
}

// AuditError is one place where the audit log is not what was written (S3). It
// wraps ErrInvalid.
type AuditError struct {
	Seq    uint64 // of the entry at which it shows
	Reason string
}

func (e *AuditError) Error() string { return fmt.Sprintf("audit entry %d %s", e.Seq, e.Reason) }

// Unwrap returns ErrInvalid.
func (e *AuditError) Unwrap() error { return ErrInvalid }

// maxAuditErrors bounds what is told of a log that is damaged all over.
const maxAuditErrors = 100

// CheckAudit checks that entries follow from after without a gap, each as it was
// written: edits, deletions and a changed order show (S3). It returns the anchor of
// the last one. Entries that were cut off at the end show only where
// that end is known: see Admin.VerifyAudit, or keep anchors elsewhere and hold the log to them with trusted. Every fault
// is told, up to a hundred, as *AuditError; an error of entries ends the check.
func CheckAudit(entries iter.Seq2[AuditEntry, error], after AuditAnchor, trusted ...AuditAnchor) (AuditAnchor, error) {
	c := auditCheck{last: after, trusted: map[uint64]string{}}
	for _, t := range trusted {
		if was, twice := c.trusted[t.Seq]; twice && was != t.Hash {
			c.fault(t.Seq, "has two anchors that differ")
		}
		if t.Seq > after.Seq {
			c.trusted[t.Seq] = t.Hash
		}
	}
	for e, err := range entries {
		if err != nil {
			return c.last, errors.Join(append(c.faults, err)...)
		}
		c.entry(&e)
	}
	for seq := range c.trusted {
		c.fault(seq, "is missing, although an anchor names it")
	}
	return c.last, errors.Join(c.faults...)
}

// auditCheck is a check under way.
type auditCheck struct {
	last    AuditAnchor
	trusted map[uint64]string // hashes still to be met
	faults  []error
}

func (c *auditCheck) fault(seq uint64, reason string) {
	if len(c.faults) < maxAuditErrors {
		c.faults = append(c.faults, &AuditError{seq, reason})
	}
}

func (c *auditCheck) entry(e *AuditEntry) {
	switch {
	case e.Seq != c.last.Seq+1:
		c.fault(e.Seq, fmt.Sprintf("follows entry %d", c.last.Seq))
	case e.Prev != c.last.Hash:
		c.fault(e.Seq, "does not follow from the entry before")
	}
	if e.digest() != e.Hash {
		c.fault(e.Seq, "was changed")
	}
	if want, ok := c.trusted[e.Seq]; ok {
		if want != e.Hash {
			c.fault(e.Seq, "is another one than the anchor names")
		}
		delete(c.trusted, e.Seq)
	}
	c.last = AuditAnchor{e.Seq, e.Hash}
}

// digest is the hash of an entry as it stands.
func (e *AuditEntry) digest() string {
	bare := *e
	bare.Hash = ""
	sum := sha256.Sum256(encode(bare))
	return hex.EncodeToString(sum[:])
}

// VerifyAudit checks the whole audit log, its end included, and holds it to anchors that were kept from
// before (S3). It returns the anchor of its end, to be kept. What is not as it was written is told
// as by CheckAudit. Somebody who can write to the store can make up a log that follows from its first
// entry on; only an anchor kept elsewhere shows that.
func (a *Admin) VerifyAudit(ctx context.Context, trusted ...AuditAnchor) (AuditAnchor, error) {
	const op = "verify audit log"
	if err := a.allow(ctx, op, ActionAudit, ""); err != nil {
		return AuditAnchor{}, err
	}
	// The end first: what is written from now on comes after it.
	head, err := a.cat.auditEnd(ctx)
	if err != nil {
		return AuditAnchor{}, &Error{Op: op, Err: err}
	}
	if head.Seq > 0 {
		trusted = append([]AuditAnchor{head}, trusted...)
	}
	end, err := CheckAudit(a.auditUntil(ctx, head.Seq, trusted), AuditAnchor{}, trusted...)
	if err != nil {
		return end, &Error{Op: op, Err: err}
	}
	return end, nil
}

// auditEnd is where the log ends.
func (c *Catalog) auditEnd(ctx context.Context) (AuditAnchor, error) {
	// Entries are looked for first: an end without entries is a new log, not the other
	// way round.
	recs, err := c.store.List(ctx, prefixAudit, "", 1)
	if err != nil {
		return AuditAnchor{}, err
	}
	head, _, err := get[AuditAnchor](ctx, c, keyAuditHead)
	if errors.Is(err, ErrNotFound) && len(recs) > 0 {
		return head, &AuditError{1, "is there, and the end of the log is not"}
	}
	return head, ignore(err, ErrNotFound)
}

// auditUntil lists the entries up to one, and any that are trusted to be behind it.
func (a *Admin) auditUntil(ctx context.Context, seq uint64, trusted []AuditAnchor) iter.Seq2[AuditEntry, error] {
	for _, t := range trusted {
		seq = max(seq, t.Seq)
	}
	return func(yield func(AuditEntry, error) bool) {
		for e, err := range a.Audit(ctx, nil) {
			if err == nil && e.Seq > seq {
				return
			}
			if !yield(e, err) {
				return
			}
		}
	}
}
