package catalog

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
	"github.com/patchbay/patchbay/internal/strictjson"
)

// feedRecord is what the store remembers of one feed.
type feedRecord struct {
	State      FeedState           `json:"state"`
	Version    uint64              `json:"version,omitempty"` // high-water mark
	VersionSum connector.Digest    `json:"versionSum,omitempty"`
	LoadedAt   time.Time           `json:"loadedAt,omitzero"` // last accepted change
	Expires    time.Time           `json:"expires,omitzero"`
	Error      string              `json:"error,omitempty"` // of the last load
	StaleSince time.Time           `json:"staleSince,omitzero"`
	Problems   []connector.Problem `json:"problems,omitempty"`
	Dropped    int                 `json:"dropped,omitempty"` // problems beyond maxProblems

	rev Revision // of the record
}

// seenRecord pins the first digest ever planned for a version (P15).
type seenRecord struct {
	Digest connector.Digest `json:"digest"`
	Feed   string           `json:"feed"`
	At     time.Time        `json:"at"`
}

// publication says which version of a connector is active. There is one for
// every published connector and it is never deleted (P3).
type publication struct {
	Active      string    `json:"active"`
	Previous    string    `json:"previous,omitempty"`
	PublishedAt time.Time `json:"publishedAt"`
	ActivatedAt time.Time `json:"activatedAt"`
}

// readyRecord says how ready the activities of the active version are (P14). It is
// no part of the publication, so that a plan does not become stale by it.
type readyRecord struct {
	Version     string    `json:"version"`
	ReadyAt     time.Time `json:"readyAt,omitzero"`      // by when, without confirmation
	NeedConfirm bool      `json:"needConfirm,omitempty"` // the host's publisher has not confirmed
	ConfirmedAt time.Time `json:"confirmedAt,omitzero"`

	rev Revision // of the record
}

// installed is one version that the installer holds. The connector's
// description, release and manifest are kept here, so that what is published
// needs no feed (P20).
type installed struct {
	Feed      string              `json:"feed"`
	Connector connector.Connector `json:"connector"` // without releases
	Release   connector.Release   `json:"release"`   // without manifest
	Receipt   installer.Receipt   `json:"receipt"`   // with the package's manifest
}

// opRecord is one operation; its items have records of their own.
type opRecord struct {
	ID    string    `json:"id"`
	By    Principal `json:"by"`
	At    time.Time `json:"at"`
	Items int       `json:"items"`
	Done  time.Time `json:"done,omitzero"`
}

// itemRecord is one item of an operation.
type itemRecord struct {
	Item    PlanItem  `json:"item"`
	State   ItemState `json:"state"`
	Note    string    `json:"note,omitempty"`
	Error   string    `json:"error,omitempty"`
	Changed time.Time `json:"changed"`
}

// leaseRecord is who works on a connector, and until when by the store's time.
type leaseRecord struct {
	Holder string        `json:"holder"`
	Op     string        `json:"op"`
	ID     string        `json:"id,omitempty"` // of the holding, while it lasts
	Until  time.Time     `json:"until"`
	Length time.Duration `json:"length"`
}

// encode makes a record's value; nil for what cannot be encoded, such as a
// number that is none, which commit then refuses to write.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return data
}

// storable returns v as it will be read back, or why it cannot be stored.
func storable[T any](v T) (T, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return v, fmt.Errorf("it cannot be stored: %w", err)
	}
	return decode[T](Record{Key: "new", Value: data})
}

// errDamaged is about what is stored and cannot be read.
var errDamaged error = &sentinel{"damaged", fs.ErrInvalid}

func decode[T any](r Record) (T, error) {
	var v T
	err := decodeInto(r, &v, false)
	return v, err
}

// decodeInto is decode into v, which is a pointer. What is borrowed shares the memory of v and of r, and is thrown
// away.
func decodeInto(r Record, v any, borrow bool) error {
	// Members that a newer version of the library wrote are passed over. Depth
	// is bounded where documents come in; a record wraps them once more.
	faults := strictjson.Decode(r.Value, v, &strictjson.Options{AllowUnknown: true, AllowNull: true, MaxDepth: 10_000, Borrow: borrow})
	if len(faults) > 0 {
		return damaged(r.Key, faults)
	}
	return nil
}

func damaged(key string, faults []strictjson.Fault) error {
	return fmt.Errorf("record %q is %w: %s", key, errDamaged, strings.TrimPrefix(faults[0].Pointer+": "+faults[0].Reason, ": "))
}
