package airbyte_test

import (
	"fmt"
	"math"

	"github.com/patchbay/patchbay/auth"
)

// The last two steps from the original to the parameters, after its readings.
const (
	emptied = readings + iota // what counts as no value is left out
	filled                    // what a form does not ask for is there
	steps
)

// verdict is one document's.
type verdict struct {
	accepted bool // by one of the schemes, and so by the original after all steps
	step     int  // the last one that changed the original's verdict; -1: none
}

// subject is a specification with everything that judges its documents.
type subject struct {
	*spec
	ref   *reference
	forms []*form
	left  int // times that SchemaOf left a fault to Validate
}

func newSubject(s *spec) (*subject, error) {
	ref, err := newReference(s)
	if err != nil {
		return nil, err
	}
	sub := &subject{spec: s, ref: ref}
	for i := range s.schemes {
		f, err := newForm(&s.schemes[i], s.losses)
		if err != nil {
			return nil, err
		}
		sub.forms = append(sub.forms, f)
	}
	return sub, nil
}

// judge holds all verdicts on a document against each other. The error is a
// difference that nothing explains.
func (s *subject) judge(doc object) (verdict, error) {
	var (
		out         verdict
		reason      []auth.Fault
		bare, whole object // as the form sees it that knows most of it
		strange     = math.MaxInt
	)
	for i, f := range s.forms {
		flat := f.flatten(doc)
		faults := auth.Validate(f.params, flat)
		if err := s.schemaAgrees(f, flat, faults); err != nil {
			return out, fmt.Errorf("scheme %d: %w", i, err)
		}
		accepted := len(faults) == 0
		stripped := withoutBlanks(f.params, flat)
		full := supplied(f.params, s.ref.given, stripped, f.sample)
		if f.contradicts(flat) { // so it is another's, or none's
			for _, other := range s.forms {
				stripped = withoutBlanks(other.params, stripped)
			}
			full = stripped
		}
		config := nest(f.texts, s.ref.given, full)
		theirs, err := s.ref.accepts(last, config)
		if err != nil {
			return out, err
		}
		switch {
		case accepted && !theirs:
			return out, fmt.Errorf("scheme %d accepts it, the original does not: %w", i, s.ref.schemas[last].Validate(config))
		case theirs && !accepted && reason == nil:
			reason = faults
		}
		out.accepted = out.accepted || accepted
		if n := f.unknown(flat); !f.contradicts(flat) && n < strange {
			strange, bare, whole = n, nest(f.texts, nil, stripped), config
		}
	}
	if reason != nil && !out.accepted {
		return out, fmt.Errorf("the original accepts it, no scheme does: %v", reason)
	}
	var err error
	out.step, err = s.ref.lastStep(doc, bare, whole)
	return out, err
}

// schemaAgrees checks that the JSON Schemas say what Validate says.
func (s *subject) schemaAgrees(f *form, flat object, faults []auth.Fault) error {
	accepted := len(faults) == 0
	switch described := f.describes(withoutBlanks(f.params, flat)); {
	case described == accepted:
	case described && f.excused(faults, flat):
		s.left++
		return nil
	default:
		return fmt.Errorf("without its blanks SchemaOf says %t, Validate: %v", described, faults)
	}
	if f.describes(flat) && !accepted {
		return fmt.Errorf("SchemaOf accepts what Validate does not: %v", faults)
	}
	return nil
}

// lastStep returns which step last changed the original's verdict.
func (r *reference) lastStep(doc, bare, whole object) (int, error) {
	if bare == nil {
		bare, whole = doc, doc
	}
	changed, before := -1, false
	for step := range steps {
		reading, subject := step, doc
		switch step {
		case emptied:
			reading, subject = last, bare
		case filled:
			reading, subject = last, whole
		}
		now, err := r.accepts(reading, subject)
		if err != nil {
			return 0, err
		}
		if step > 0 && now != before {
			changed = step
		}
		before = now
	}
	return changed, nil
}
