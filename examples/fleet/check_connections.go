package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/patchbay/patchbay/catalog"
)

// connectionsAsTold holds the connections to what was said of each: made, named,
// shared, deleted.
func (l *left) connectionsAsTold(context.Context) (string, error) {
	var errs []error
	want := map[string]catalog.Connection{}
	made := 0
	for _, a := range l.told(connected, renamed, shared, deleted) {
		c := want[a.What]
		switch a.Did {
		case connected:
			c.Name, c.Connector = a.Name, a.Key
			made++
		case renamed:
			c.Name = a.Name
		case shared:
			c.Shared = true
		case deleted:
			delete(want, a.What)
			continue
		default:
		}
		want[a.What] = c
	}
	for id, w := range want {
		c, ok := l.connections[id]
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("connection %s is lost", id))
		case c.Name != w.Name || c.Connector != w.Connector || c.Shared != w.Shared:
			errs = append(errs, fmt.Errorf("connection %s is not as it was left", id))
		}
	}
	for id := range l.connections {
		if _, ok := want[id]; !ok {
			errs = append(errs, fmt.Errorf("nobody made connection %s, or it was deleted", id))
		}
	}
	return fmt.Sprintf("%d were made, %d are left", made, len(want)), errors.Join(errs...)
}

func (l *left) namesUnique(context.Context) (string, error) {
	var errs []error
	seen := map[string]string{}
	for id, c := range l.connections {
		name := string(c.Connector) + " " + strings.ToLower(c.Name)
		if other, twice := seen[name]; twice {
			errs = append(errs, fmt.Errorf("%s and %s are both called %q", id, other, c.Name))
		}
		seen[name] = id
	}
	return fmt.Sprintf("%d names, %d times one was taken", len(seen), len(l.told(taken))), errors.Join(errs...)
}

// secretsSealed looks for secrets in every record, and in the files of SQLite.
func (l *left) secretsSealed(ctx context.Context) (string, error) {
	var errs []error
	records, after := 0, ""
	for {
		page, err := l.store.List(ctx, "", after, catalog.MaxStorePage)
		if err != nil {
			return "", err
		}
		for _, r := range page {
			records++
			if after = r.Key; bytes.Contains(r.Value, []byte(secretMark)) {
				errs = append(errs, fmt.Errorf("record %s shows one", r.Key))
			}
		}
		if len(page) < catalog.MaxStorePage {
			break
		}
	}
	found := []string{fmt.Sprintf("%d records", records)}
	files, err := filepath.Glob(l.cfg.sqliteFile() + "*")
	if err != nil {
		return "", err
	}
	for _, path := range files {
		data, err := os.ReadFile(path) //nolint:gosec // the folder is the user's choice
		if err != nil {
			return "", err
		}
		found = append(found, filepath.Base(path))
		if bytes.Contains(data, []byte(secretMark)) {
			errs = append(errs, fmt.Errorf("the file %s shows one", path))
		}
	}
	return strings.Join(found, ", "), errors.Join(errs...)
}
