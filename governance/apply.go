package governance

import (
	"fmt"
	"maps"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// OpenFunc opens the sealed secret of a preset. It is called only for presets
// that are used.
type OpenFunc func(f PresetField, ref string) (auth.Secret, error)

// Apply puts the presets of the decision's scheme into values, which somebody gave
// for its params, and measures the result as auth.Validate does.
//
// A fixed preset overrides; another value for it is refused. A default fills in what
// was not given. No value at all may be given for a hidden parameter, or for a fixed
// secret: even the right one, so that nobody can guess it.
//
// Everything that is wrong is returned at once, by key, in the order of params and then
// of unknown keys; the values are nil then. Secrets among them are auth.Secret. Defaults
// of params are not filled in; see auth.WithDefaults. The error is of type *DeniedError when
// the decision denies, wraps connector.ErrInvalid when it is about no scheme, and is otherwise
// about open, which may be nil only where no preset is sealed. values is not changed.
func (d Decision) Apply(params []auth.Param, values map[string]any, open OpenFunc) (map[string]any, []auth.Fault, error) {
	if err := d.Err(); err != nil {
		return nil, nil, err
	}
	if d.scheme == "" {
		return nil, nil, fmt.Errorf("%w: the decision is about no scheme", connector.ErrInvalid)
	}
	a := applying{decision: d, presets: d.presets(), open: open, values: maps.Clone(values)}
	if a.values == nil {
		a.values = map[string]any{}
	}
	for i := range params {
		if err := a.param(&params[i]); err != nil {
			return nil, nil, err
		}
	}
	if faults := a.measure(params); faults != nil {
		return nil, faults, nil
	}
	return a.values, nil, nil
}

// applying is one call of Apply.
type applying struct {
	decision Decision
	presets  map[string]*Preset
	open     OpenFunc
	values   map[string]any
	used     map[string]bool   // keys whose value is that of the preset
	refused  map[string]string // reasons by key
}

func (a *applying) refuse(key, format string, args ...any) {
	if a.refused == nil {
		a.refused = map[string]string{}
	}
	a.refused[key] = fmt.Sprintf(format, args...)
}

// param settles the value of one parameter.
func (a *applying) param(p *auth.Param) error {
	given := !blank(a.values[p.Key])
	preset := a.presets[p.Key]
	policy := a.decision.Policy()
	switch {
	case preset == nil:
		if given && p.Role == auth.RoleHidden {
			a.refuse(p.Key, "is not a parameter here")
		}
		return nil
	case p.Secret && preset.Secret.IsZero():
		a.refuse(p.Key, "is a secret, but policy %q presets it in the clear", policy)
		return nil
	case !p.Secret && !preset.Secret.IsZero():
		a.refuse(p.Key, "is no secret, but policy %q presets it as one", policy)
		return nil
	case !given:
		return a.use(p, preset)
	case preset.Hidden, p.Role == auth.RoleHidden, preset.Mode == PresetFixed && p.Secret:
		a.refuse(p.Key, "is set by policy %q and cannot be given", policy)
		return nil
	case preset.Mode == PresetDefault:
		return nil
	case !sameValue(a.values[p.Key], preset.Value):
		a.refuse(p.Key, "is fixed by policy %q to another value", policy)
		return nil
	default:
		return a.use(p, preset)
	}
}

// use takes the value of the preset.
func (a *applying) use(p *auth.Param, preset *Preset) error {
	if a.used == nil {
		a.used = map[string]bool{}
	}
	a.used[p.Key] = true
	if !p.Secret {
		a.values[p.Key] = cloneValue(preset.Value)
		return nil
	}
	value, fresh := preset.Secret.New()
	if !fresh {
		field := fieldOf(a.decision.policy.policy, a.decision.ruleOf(), preset)
		ref, _ := preset.Secret.Sealed()
		if a.open == nil {
			return fmt.Errorf("the preset %v is sealed, and nothing opens it", field)
		}
		var err error
		if value, err = a.open(field, ref); err != nil {
			return fmt.Errorf("opening the preset %v: %w", field, err)
		}
		if value.IsZero() {
			return fmt.Errorf("opening the preset %v: it is empty", field)
		}
	}
	a.values[p.Key] = value
	return nil
}
