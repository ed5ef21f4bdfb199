package catalog_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
)

// An audit log that comes from anywhere is read as what it says or not at all,
// and no chain holds that was not written.
func FuzzReadAudit(f *testing.F) {
	c := catalogtest.New(f, "slack@1.0.0")
	c.Install(f, "slack@1.0.0")
	var log bytes.Buffer
	end, err := c.Admin.ExportAudit(f.Context(), &log, catalog.AuditAnchor{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(log.Bytes())
	first, rest, _ := bytes.Cut(log.Bytes(), []byte("\n"))
	for _, s := range [][]byte{nil, first, rest, append(bytes.Clone(first), first...), []byte("{}\n"), []byte("\n\n"), []byte(`{"seq":1,"seq":2}`)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		over := false
		var again bytes.Buffer
		for e, err := range catalog.ReadAudit(bytes.NewReader(data)) {
			if over {
				t.Fatal("an entry after an error")
			}
			if over = err != nil; over {
				continue
			}
			line, err := json.Marshal(e)
			if err != nil {
				t.Fatal(err)
			}
			for same, err := range catalog.ReadAudit(bytes.NewReader(line)) {
				if text, _ := json.Marshal(same); err != nil || !bytes.Equal(text, line) {
					t.Fatalf("%s becomes %s: %v", line, text, err)
				}
			}
			again.Write(append(line, '\n'))
		}
		at, err := catalog.CheckAudit(catalog.ReadAudit(bytes.NewReader(data)), catalog.AuditAnchor{}, end)
		if err == nil && at.Seq >= end.Seq && at.Seq > 0 && !bytes.HasPrefix(again.Bytes(), log.Bytes()) {
			t.Fatalf("a chain up to %+v that was not written", at)
		}
	})
}
