package connector

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Encode writes the index in the native format, one connector to a line, each
// with its digest. It writes nothing if ParseIndex would find anything wrong
// with the result, and then returns everything it would find: the error wraps
// ErrInvalid. An empty Format means IndexFormat.
func (x *Index) Encode(w io.Writer) error {
	doc, err := x.MarshalJSON()
	if err != nil {
		return err
	}
	_, problems, err := ParseIndex(doc, nil)
	if err != nil {
		return err
	}
	if err := join(problems); err != nil {
		return err
	}
	if _, err := w.Write(doc); err != nil {
		return fmt.Errorf("writing the index: %w", err)
	}
	return nil
}

// MarshalJSON returns the index in the native format, without checking it. The
// result must not be indented: the digests in it are of exact bytes, so
// json.MarshalIndent makes an index that ParseIndex refuses.
func (x Index) MarshalJSON() ([]byte, error) {
	type member struct {
		name  string
		value any
	}
	format := x.Format
	if format == "" {
		format = IndexFormat
	}
	members := []member{{"format", format}, {"version", x.Version}}
	for _, t := range []struct {
		name string
		at   time.Time
	}{{"generated", x.Generated}, {"expires", x.Expires}} {
		if !t.at.IsZero() {
			members = append(members, member{t.name, t.at})
		}
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for _, m := range members {
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, fmt.Errorf("index: %s: %w", m.name, err)
		}
		fmt.Fprintf(&b, "%q:%s,", m.name, value)
	}
	b.WriteString(`"connectors":[`)
	for i := range x.Connectors {
		// The bytes that json.Marshal writes are the ones it leaves as they are
		// when it compacts what this method returns.
		value, err := json.Marshal(&x.Connectors[i])
		if err != nil {
			return nil, fmt.Errorf("index: connector %s: %w", quote(string(x.Connectors[i].Key)), err)
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n{\"digest\":%q,\"connector\":%s}", DigestOf(value), value)
	}
	b.WriteString("]}\n")
	return b.Bytes(), nil
}

// UnmarshalJSON is ParseIndex with its defaults, for an index in which nothing
// may be wrong: a Problem is an error.
func (x *Index) UnmarshalJSON(data []byte) error {
	index, problems, err := ParseIndex(data, nil)
	if err != nil {
		return err
	}
	if err := join(problems); err != nil {
		return err
	}
	*x = *index
	return nil
}

// join returns problems as one error.
func join(problems []Problem) error {
	errs := make([]error, len(problems))
	for i, p := range problems {
		errs[i] = p
	}
	return errors.Join(errs...)
}
