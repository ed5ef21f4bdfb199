package catalog_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"path"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

// records returns everything about connections that the store holds.
func (w *histWorld) records(ctx context.Context) (map[string]catalog.Record, error) {
	recs, err := w.store.List(ctx, "conn", "", 1000)
	out := make(map[string]catalog.Record, len(recs))
	for _, r := range recs {
		out[r.Key] = r
	}
	return out, err
}

func sameRecord(a, b catalog.Record) bool {
	return a.Revision == b.Revision && bytes.Equal(a.Value, b.Value)
}

// compare holds the records of connections against those before a step, which may have
// changed those of one connection, or added those of it.
func (w *histWorld) compare(ctx context.Context, touched string) error {
	now, err := w.records(ctx)
	if err != nil {
		return err
	}
	of := func(r catalog.Record) bool {
		return touched != "" && (path.Base(r.Key) == touched || strings.HasPrefix(r.Key, "connname/") && bytes.Contains(r.Value, []byte(touched)))
	}
	for key, was := range w.before {
		is, there := now[key]
		same := there && sameRecord(is, was)
		switch {
		case !same && !of(was):
			return fmt.Errorf("record %s was at revision %d %s, and is at %d %s", key, was.Revision, was.Value, is.Revision, is.Value)
		case !same && there && strings.HasPrefix(key, "conn/") && admittedBy(is.Value) != admittedBy(was.Value):
			return fmt.Errorf("record %s was admitted by %s, and now says %s", key, admittedBy(was.Value), admittedBy(is.Value))
		}
	}
	for key, is := range now {
		if _, known := w.before[key]; !known && !of(is) {
			return fmt.Errorf("record %s has appeared: %s", key, is.Value)
		}
	}
	w.before = now
	return nil
}

func admittedBy(record []byte) string {
	var r struct {
		Admitted json.RawMessage `json:"admitted"`
	}
	if err := json.Unmarshal(record, &r); err != nil {
		return err.Error()
	}
	return string(r.Admitted)
}
