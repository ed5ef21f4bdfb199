package catalog

import (
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// Trigger waits, on a connection, for one type of event. Its connection and
// type never change.
type Trigger struct {
	ID         string         `json:"id"`
	Connection string         `json:"connection"`
	Type       string         `json:"type"` // of the connection's own release
	Name       string         `json:"name"`
	Params     map[string]any `json:"params,omitempty"`
	Filters    []Filter       `json:"filters,omitempty"` // all must hold
	Enabled    bool           `json:"enabled"`
	Created    time.Time      `json:"created"`
}

// TriggerRequest is what a user says of a trigger.
type TriggerRequest struct {
	Name    string // required; at most 128 bytes
	Params  map[string]any
	Filters []Filter // at most 50
}

// FilterOp compares a field of an event with a value.
type FilterOp string

// The comparisons. Contains and StartsWith are for text, the order is for numbers.
const (
	Equals     FilterOp = "eq"
	NotEquals  FilterOp = "ne"
	Contains   FilterOp = "contains"
	StartsWith FilterOp = "startsWith"
	Greater    FilterOp = "gt"
	Less       FilterOp = "lt"
)

// Filter lets only events through whose Field compares so with Value, which is
// a string, a number or a bool.
type Filter struct {
	Field string   `json:"field"` // dotted path into the event
	Op    FilterOp `json:"op"`
	Value any      `json:"value"`
}

const (
	maxFilters     = 50
	maxFilterField = 256
	maxFilterValue = 4096
)

// check returns everything wrong with the request, against the type that the
// connection's release declares.
func (q *TriggerRequest) check(typ *connector.TriggerType) error {
	var faults faultList
	if q.Name == "" {
		faults.add("Name is empty")
	}
	checkName(&faults, "Name", q.Name)
	if len(q.Filters) > maxFilters {
		faults.add("%d filters, at most %d are allowed", len(q.Filters), maxFilters)
	}
	for i, f := range q.Filters {
		if why := f.fault(); why != "" {
			faults.add("Filters[%d]: %s", i, why)
		}
	}
	if bad := auth.Validate(auth.Visible(typ.Params), q.Params); len(bad) > 0 {
		faults = append(faults, &ParamError{Faults: bad})
	}
	return faults.err()
}

func (f *Filter) fault() string {
	if f.Field == "" || len(f.Field) > maxFilterField || !utf8.ValidString(f.Field) {
		return "Field is empty, too long, or no text"
	}
	text, number := false, false
	switch v := f.Value.(type) {
	case string:
		if text = true; len(v) > maxFilterValue || !utf8.ValidString(v) {
			return "Value is too long, or no text"
		}
	case float64:
		if number = true; math.IsNaN(v) || math.IsInf(v, 0) {
			return "Value is no finite number"
		}
	case int, int64:
		number = true
	case bool:
	default:
		return fmt.Sprintf("Value is a %T, want a string, number or bool", v)
	}
	switch f.Op {
	case Equals, NotEquals:
	case Contains, StartsWith:
		if !text {
			return fmt.Sprintf("Op %q is for text", f.Op)
		}
	case Greater, Less:
		if !number {
			return fmt.Sprintf("Op %q is for numbers", f.Op)
		}
	default:
		return fmt.Sprintf("Op %q is not known", f.Op)
	}
	return ""
}
