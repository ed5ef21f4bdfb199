package catalog

import (
	"fmt"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/governance"
)

// sealedPlace is a kind of records that hold something sealed.
type sealedPlace struct {
	prefix string
	// edit returns the record's value with everything sealed in it replaced.
	edit func(rec Record, replace func(auth.Sealed) (auth.Sealed, error)) ([]byte, error)
}

// sealedPlaces are all of them.
func sealedPlaces() []sealedPlace {
	return []sealedPlace{
		{prefixConnSecret, edited(func(s *auth.Sealed) []*auth.Sealed { return []*auth.Sealed{s} })},
		{prefixSession, edited(func(s *session) []*auth.Sealed { return []*auth.Sealed{&s.Sealed} })},
		{prefixApp, edited(func(r *appRecord) []*auth.Sealed {
			all := []*auth.Sealed{&r.Current.Sealed}
			for i := range r.Retired {
				all = append(all, &r.Retired[i].Sealed)
			}
			return all
		})},
		{prefixPolicy, editPolicy},
	}
}

// edited makes an edit of what finds the sealed values in a record.
func edited[T any](find func(*T) []*auth.Sealed) func(Record, func(auth.Sealed) (auth.Sealed, error)) ([]byte, error) {
	return func(rec Record, replace func(auth.Sealed) (auth.Sealed, error)) ([]byte, error) {
		v, err := decode[T](rec)
		if err != nil {
			return nil, err
		}
		for _, s := range find(&v) {
			if s.IsZero() {
				continue
			}
			if *s, err = replace(*s); err != nil {
				return nil, err
			}
		}
		return encode(v), nil
	}
}

// editPolicy is the edit of a policy's preset secrets (G11).
func editPolicy(rec Record, replace func(auth.Sealed) (auth.Sealed, error)) ([]byte, error) {
	p, err := governance.ParsePolicy(rec.Value)
	if err != nil {
		return nil, fmt.Errorf("record %q is damaged: %w", rec.Key, err)
	}
	for i := range p.Connectors {
		for j := range p.Connectors[i].Presets {
			preset := &p.Connectors[i].Presets[j]
			ref, ok := preset.Secret.Sealed()
			if !ok {
				continue
			}
			var s auth.Sealed
			if err := s.UnmarshalText([]byte(ref)); err != nil {
				return nil, err
			}
			if s, err = replace(s); err != nil {
				return nil, err
			}
			text, err := s.MarshalText()
			if err != nil {
				return nil, err
			}
			preset.Secret = governance.SealedSecret(string(text))
		}
	}
	return encode(p), nil
}
