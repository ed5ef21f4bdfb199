package catalog_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func auditRecord(seq int) string { return fmt.Sprintf("audit/%020d", seq) }

// logged is a catalog with some entries in its audit log.
func logged(t *testing.T) (b *bench, end catalog.AuditAnchor) {
	t.Helper()
	b = newBench(t, []string{"a@1.0.0", "b@1.0.0"})
	b.install(t, "a", "b")
	// The entry that ends the operation follows the last item in its own time.
	require.Eventually(t, func() bool { return auditCount(t, b, "install.end") == 1 }, patience, tick)
	for i := range 5 {
		_, err := b.admin.Skip(t.Context(), "a", &catalog.Skip{Versions: fmt.Sprintf("9.0.%d", i), Reason: "<&> of no use"})
		require.NoError(t, err)
	}
	end, err := b.admin.VerifyAudit(t.Context())
	require.NoError(t, err)
	require.Greater(t, end.Seq, uint64(8))
	return b, end
}

func TestS3_TheAuditLogShowsWhatWasDoneToIt(t *testing.T) {
	t.Parallel()
	edit := func(value []byte, from, to string) []byte {
		return bytes.Replace(value, []byte(from), []byte(to), 1)
	}
	for name, c := range map[string]struct {
		ops  func(at func(seq int) []byte, last int) []catalog.Op
		want string
	}{
		"edited": {func(at func(int) []byte, _ int) []catalog.Op {
			return []catalog.Op{catalog.Put(auditRecord(3), edit(at(3), `"ada"`, `"eve"`), catalog.Any())}
		}, "entry 3 was changed"},
		"edited, with a new hash": {func(at func(int) []byte, _ int) []catalog.Op {
			var e catalog.AuditEntry
			if json.Unmarshal(at(3), &e) != nil {
				return nil
			}
			e.By.User, e.Hash = "eve", ""
			return []catalog.Op{catalog.Put(auditRecord(3), resealed(e), catalog.Any())}
		}, "entry 4 does not follow from the entry before"},
		"deleted": {func(func(int) []byte, int) []catalog.Op {
			return []catalog.Op{catalog.Delete(auditRecord(4), catalog.Any())}
		}, "entry 5 follows entry 3"},
		"first one deleted": {func(func(int) []byte, int) []catalog.Op {
			return []catalog.Op{catalog.Delete(auditRecord(1), catalog.Any())}
		}, "entry 2 follows entry 0"},
		"swapped": {func(at func(int) []byte, _ int) []catalog.Op {
			return []catalog.Op{catalog.Put(auditRecord(3), at(4), catalog.Any()), catalog.Put(auditRecord(4), at(3), catalog.Any())}
		}, "entry 4 follows entry 2"},
		"end cut off": {func(_ func(int) []byte, last int) []catalog.Op {
			return []catalog.Op{catalog.Delete(auditRecord(last), catalog.Any())}
		}, "is missing, although an anchor names it"},
		"end without its head": {func(func(int) []byte, int) []catalog.Op {
			return []catalog.Op{catalog.Delete("audithead", catalog.Any())}
		}, "the end of the log is not"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, end := logged(t)
			at := func(seq int) []byte {
				rec, err := b.store.Get(t.Context(), auditRecord(seq))
				require.NoError(t, err)
				return rec.Value
			}
			_, err := b.store.Apply(t.Context(), c.ops(at, int(end.Seq))...)
			require.NoError(t, err)
			_, err = b.admin.VerifyAudit(t.Context())
			require.ErrorIs(t, err, catalog.ErrInvalid)
			require.ErrorContains(t, err, c.want)
			var fault *catalog.AuditError
			require.ErrorAs(t, err, &fault)
		})
	}
}

// resealed gives an entry the hash that it would have.
func resealed(e catalog.AuditEntry) []byte {
	unsealed, _ := json.Marshal(e)
	sum := sha256.Sum256(unsealed)
	e.Hash = hex.EncodeToString(sum[:])
	sealed, _ := json.Marshal(e)
	return sealed
}

// Somebody who writes the whole log anew, end and all, is found out by an anchor that was kept
// elsewhere, and by nothing else.
func TestS3_AnAnchorShowsALogThatWasMadeUp(t *testing.T) {
	t.Parallel()
	b, end := logged(t)
	other, _ := logged(t)
	_, err := other.admin.Skip(t.Context(), "b", &catalog.Skip{Versions: "1.0.0", Reason: "made up"})
	require.NoError(t, err)
	var ops []catalog.Op
	for _, prefix := range []string{"audit/", "audithead"} {
		recs, err := other.store.List(t.Context(), prefix, "", catalog.MaxStorePage)
		require.NoError(t, err)
		for _, r := range recs {
			ops = append(ops, catalog.Put(r.Key, r.Value, catalog.Any()))
		}
	}
	_, err = b.store.Apply(t.Context(), ops...)
	require.NoError(t, err)
	_, err = b.admin.VerifyAudit(t.Context())
	require.NoError(t, err)
	_, err = b.admin.VerifyAudit(t.Context(), end)
	require.ErrorContains(t, err, "is another one than the anchor names")
	_, err = b.admin.VerifyAudit(t.Context(), catalog.AuditAnchor{Seq: 1000, Hash: "x"})
	require.ErrorContains(t, err, "entry 1000 is missing")
}

func TestS3_ExportsAreReadBackAndChecked(t *testing.T) {
	t.Parallel()
	b, end := logged(t)
	var file bytes.Buffer
	half, err := b.admin.ExportAudit(t.Context(), &file, catalog.AuditAnchor{})
	require.NoError(t, err)
	assert.Equal(t, end, half)
	_, err = b.admin.Skip(t.Context(), "b", &catalog.Skip{Versions: "2.0.0", Reason: "later"})
	require.NoError(t, err)
	end, err = b.admin.ExportAudit(t.Context(), &file, half)
	require.NoError(t, err)

	got, err := catalog.CheckAudit(catalog.ReadAudit(bytes.NewReader(file.Bytes())), catalog.AuditAnchor{}, half, end)
	require.NoError(t, err)
	assert.Equal(t, end, got)

	lines := strings.SplitAfter(file.String(), "\n")
	for name, c := range map[string]struct {
		lines []string
		want  string
	}{
		"cut":       {lines[:len(lines)-2], "is missing"},
		"swapped":   {append([]string{lines[1], lines[0]}, lines[2:]...), "entry 2 follows entry 0"},
		"edited":    {append([]string{strings.Replace(lines[0], `"ok"`, `"OK"`, 1)}, lines[1:]...), "entry 1 was changed"},
		"half line": {append(slices.Clone(lines[:3]), `{"seq":4`), "line 4"},
		"unknown":   {append([]string{strings.Replace(lines[0], `{"seq"`, `{"x":1,"seq"`, 1)}, lines[1:]...), "line 1"},
	} {
		_, err := catalog.CheckAudit(catalog.ReadAudit(strings.NewReader(strings.Join(c.lines, ""))), catalog.AuditAnchor{}, end)
		require.ErrorContains(t, err, c.want, name)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = b.admin.ExportAudit(ctx, &file, catalog.AuditAnchor{})
	require.ErrorIs(t, err, context.Canceled)
}
