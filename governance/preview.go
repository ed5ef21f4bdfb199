package governance

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// PreviewOptions bounds and completes a Preview. A nil *PreviewOptions means all
// defaults.
type PreviewOptions struct {
	// MaxRefused bounds the refused connections that are listed for one tenant; all
	// are counted. 0 means DefaultMaxRefused; negative means none.
	MaxRefused int
	// Tenants are names of tenants to look at besides those that have assignments
	// or connections.
	Tenants []string
}

// DefaultMaxRefused is the default of PreviewOptions.MaxRefused.
const DefaultMaxRefused = 1000

// Preview says what it would mean to go from one Engine to another, usually
// what Apply returned: per tenant, which existing connections would be refused if they
// were made then, and which connectors and schemes would vanish or appear (G7). It
// changes nothing.
//
// connections is read once and may be nil; an error in it ends the Preview and is returned. So
// does an Engine that is not loaded. published has distinct keys.
func Preview(
	before, after *Engine, published []Published, connections iter.Seq2[Connection, error], o *PreviewOptions,
) (*Impact, error) {
	for _, e := range []*Engine{before, after} {
		if e == nil || !e.loaded {
			return nil, ErrNotLoaded
		}
	}
	p := newPreviewer(before, after, published, o)
	if connections != nil {
		for c, err := range connections {
			if err != nil {
				return nil, fmt.Errorf("reading the connections: %w", err)
			}
			p.connection(&c)
		}
	}
	p.audiences()
	return p.impact(), nil
}

// previewer is one call of Preview.
type previewer struct {
	before, after *Engine
	published     []Published
	types         map[offered]auth.Type
	tenants       map[string]*TenantImpact
	maxRefused    int
	shared        map[[2]source]difference
}

// offered names a scheme of a connector.
type offered struct {
	key    connector.Key
	scheme string
}

func newPreviewer(before, after *Engine, published []Published, o *PreviewOptions) *previewer {
	p := &previewer{
		before: before, after: after, published: published, maxRefused: DefaultMaxRefused,
		types: map[offered]auth.Type{}, tenants: map[string]*TenantImpact{}, shared: map[[2]source]difference{},
	}
	for _, c := range published {
		for i := range c.Schemes {
			p.types[offered{c.Key, c.Schemes[i].ID}] = c.Schemes[i].Type
		}
	}
	if o == nil {
		return p
	}
	for _, name := range o.Tenants {
		p.tenant(name)
	}
	if o.MaxRefused != 0 {
		p.maxRefused = o.MaxRefused
	}
	return p
}

func (p *previewer) tenant(name string) *TenantImpact {
	t := p.tenants[name]
	if t == nil {
		t = &TenantImpact{Tenant: name}
		p.tenants[name] = t
	}
	return t
}

// connection judges an existing connection as if it were made after the change.
func (p *previewer) connection(c *Connection) {
	t := p.tenant(c.Tenant)
	scheme := auth.Scheme{ID: c.Scheme, Type: c.Type}
	if scheme.Type == "" {
		scheme.Type = p.types[offered{c.Key, c.Scheme}]
	}
	s := Subject{Tenant: c.Tenant, User: c.User, Groups: c.Groups}
	after := p.after.Decide(s, c.Key, &scheme)
	if after.Allowed() {
		return
	}
	before := p.before.Decide(s, c.Key, &scheme)
	t.RefusedTotal++
	if before.Allowed() {
		t.NewlyRefused++
	}
	if len(t.Refused) < p.maxRefused {
		t.Refused = append(t.Refused, Refusal{Connection: *c, Before: before.Record(), After: after.Record()})
	}
}

// impact returns what is worth telling.
func (p *previewer) impact() *Impact {
	x := &Impact{}
	for _, name := range slices.Sorted(maps.Keys(p.tenants)) {
		if t := p.tenants[name]; t.RefusedTotal > 0 || len(t.Audiences) > 0 {
			x.Tenants = append(x.Tenants, *t)
		}
	}
	return x
}
