package catalog

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/patchbay/patchbay/internal/strictjson"
)

// maxAuditLine bounds one line of an export: a principal with all its names, and
// texts that are cut before they are stored.
const maxAuditLine = 16 << 20

// ExportAudit writes the entries after an anchor, oldest first, one JSON object on each line, and returns
// the anchor to go on from. ReadAudit reads them back. What was written before an error is whole lines, as
// far as w takes them.
func (a *Admin) ExportAudit(ctx context.Context, w io.Writer, after AuditAnchor) (AuditAnchor, error) {
	const op = "export audit log"
	enc := json.NewEncoder(w)
	for e, err := range a.Audit(ctx, &AuditQuery{After: after.Seq}) {
		if err == nil {
			err = enc.Encode(e)
		}
		if err != nil {
			return after, &Error{Op: op, Err: err}
		}
		after = AuditAnchor{e.Seq, e.Hash}
	}
	return after, nil
}

// ReadAudit reads what ExportAudit wrote, from anywhere: CheckAudit tells whether it was
// touched. It can be ranged over once. A line that is no entry is an error with its number, and the end.
func ReadAudit(r io.Reader) iter.Seq2[AuditEntry, error] {
	return func(yield func(AuditEntry, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(nil, maxAuditLine)
		for n := 1; lines.Scan(); n++ {
			var e AuditEntry
			faults := strictjson.Decode(lines.Bytes(), &e, nil)
			if len(faults) > 0 {
				yield(AuditEntry{}, fmt.Errorf("%w: audit log, line %d: %s %s", ErrInvalid, n, faults[0].Pointer, faults[0].Reason))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			if errors.Is(err, bufio.ErrTooLong) {
				err = fmt.Errorf("%w: audit log: a line is too long", ErrInvalid)
			}
			yield(AuditEntry{}, err)
		}
	}
}
