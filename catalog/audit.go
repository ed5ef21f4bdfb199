package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// AuditEntry is one line of the audit log: who changed what, when, and with
// which outcome. It is written in the same atomic step as the change (S3), and
// each carries the hash of the one before.
type AuditEntry struct {
	Seq     uint64        `json:"seq"`
	At      time.Time     `json:"at"`
	By      Principal     `json:"by"`
	Action  string        `json:"action"` // such as "skip" or "install.item"
	Key     connector.Key `json:"key,omitempty"`
	Target  string        `json:"target,omitempty"` // a version, operation or record id
	Outcome string        `json:"outcome"`          // "ok", or what failed
	Detail  string        `json:"detail,omitempty"`
	Before  string        `json:"before,omitempty"` // sha256 of the record's value before
	After   string        `json:"after,omitempty"`  // and after
	Prev    string        `json:"prev"`             // Hash of the entry before; empty in the first
	Hash    string        `json:"hash"`             // sha256 of this entry with an empty Hash
}

const outcomeOK = "ok"

// seal gives the entry its place in the chain.
func (e *AuditEntry) seal(head AuditAnchor) AuditAnchor {
	e.Seq, e.Prev = head.Seq+1, head.Hash
	e.Hash = e.digest()
	return AuditAnchor{Seq: e.Seq, Hash: e.Hash}
}

// digestOf is how Before and After name a record's value; "" for none.
func digestOf(value []byte) string {
	if value == nil {
		return ""
	}
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:])
}

// AuditQuery narrows the audit log. The zero value, and nil, mean all of it.
type AuditQuery struct {
	Key    connector.Key
	Action string
	Since  time.Time // entries at or after
	After  uint64    // entries with a greater Seq
}

// Audit lists the audit log, oldest first. Entries written while it is read may or may not be
// included.
func (a *Admin) Audit(ctx context.Context, q *AuditQuery) iter.Seq2[AuditEntry, error] {
	const op = "read audit log"
	return func(yield func(AuditEntry, error) bool) {
		if err := a.allow(ctx, op, ActionAudit, ""); err != nil {
			yield(AuditEntry{}, err)
			return
		}
		if q == nil {
			q = &AuditQuery{}
		}
		for rec, err := range a.cat.listAfter(ctx, prefixAudit, auditKey(q.After)) {
			var e AuditEntry
			if err == nil {
				e, err = decode[AuditEntry](rec)
			}
			if err != nil {
				yield(AuditEntry{}, &Error{Op: op, Err: err})
				return
			}
			if q.match(&e) && !yield(e, nil) {
				return
			}
		}
	}
}

func (q *AuditQuery) match(e *AuditEntry) bool {
	return (q.Key == "" || q.Key == e.Key) && (q.Action == "" || q.Action == e.Action) && !e.At.Before(q.Since)
}
