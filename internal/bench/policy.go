package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/connector/version"
	"github.com/patchbay/patchbay/governance"
)

// policyWorks decide whether a user in five groups may connect, and say by which
// policy and rule. Nine rules in ten are those of one group, and of these
// one in ten is about a whole publisher: what a rule index must not stumble over.
func policyWorks() []work {
	var all []work
	for _, n := range []int{10, 100, 1000, 10_000} {
		all = append(all, work{
			name: fmt.Sprintf("policy/%d", n), path: fmt.Sprintf("policy decision with its reason, %d rules", n), grows: "groups",
			setup: func(b *bed) (*trial, error) { return policyTrial(b, n) },
		})
	}
	return all
}

const benchTenant = "acme"

// policyRule is one rule before it takes the form that a side wants.
type policyRule struct {
	group   string
	match   string // a key, or "publisher/*"
	schemes [2]string
	allow   bool
}

// question is one request of the user.
type question struct {
	key, publisher string // publisher as rules match it
	scheme         string
	want           bool
}

//nolint:gochecknoglobals // constants that Go has no literals for
var (
	schemeIDs  = []string{"oauth2", "api_key", "basic", "pat", "mtls"}
	userGroups = []string{"g1", "g2", "g3", "g4", "g5"} // the first one's policy decides
)

// policyRules returns n rules and questions about them. No two rules match one
// key, so that it does not matter how a peer settles contradictions, and all
// that is asked about is either in the deciding group's rules or in nobody's.
func policyRules(n int) (rules []policyRule, questions []question) {
	r := rand.New(rand.NewPCG(5, uint64(n))) //nolint:gosec // data that is the same in every run
	for i := range n {
		rule := policyRule{group: userGroups[0], allow: r.IntN(5) > 0}
		a := r.IntN(len(schemeIDs))
		rule.schemes = [2]string{schemeIDs[a], schemeIDs[(a+1+r.IntN(len(schemeIDs)-1))%len(schemeIDs)]}
		publisher := fmt.Sprintf("publisher-%d", i%7)
		key := fmt.Sprintf("%s/connector-%d", publisher, i)
		rule.match = key
		if i%10 == 9 { // another group's
			rule.group = fmt.Sprintf("g%d", 2+r.IntN(200))
			rules = append(rules, rule)
			continue
		}
		if i%10 == 5 {
			publisher = fmt.Sprintf("whole-%d", i)
			key, rule.match = publisher+"/anything", publisher+"/*"
		}
		rules = append(rules, rule)
		for _, s := range schemeIDs {
			named := s == rule.schemes[0] || s == rule.schemes[1]
			questions = append(questions, question{key, publisher + "/*", s, rule.allow && named})
		}
		questions = append(questions, question{fmt.Sprintf("nobody-%d/knows", i), fmt.Sprintf("nobody-%d/*", i), "oauth2", false})
	}
	r.Shuffle(len(questions), func(i, j int) { questions[i], questions[j] = questions[j], questions[i] })
	return rules, questions[:min(len(questions), 4096)]
}

// decider answers one question.
type decider func(*question) (bool, error)

func policyTrial(b *bed, n int) (*trial, error) {
	if err := b.forget(); err != nil { // there is less garbage to look through without catalogs
		return nil, err
	}
	rules, questions := policyRules(n)
	ours, decide, err := oursPolicy(n)
	if err != nil {
		return nil, err
	}
	t := &trial{ours: ours, goals: []goal{within(time.Microsecond), allocations(0)}}
	answers := []decider{func(q *question) (bool, error) { return decide(q).Allowed(), nil }}
	for _, p := range policyPeers() {
		if (b.quick || b.tiny) && n > p.quick {
			continue // it takes 10 ms for each decision, or seconds to compile
		}
		answer, err := p.compile(rules)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		answers = append(answers, answer)
		t.peers = append(t.peers, side{name: p.name, run: func(n int) error {
			for i := range n {
				if _, err := answer(&questions[i%len(questions)]); err != nil {
					return err
				}
			}
			return nil
		}})
	}
	t.same = func() error { return sameDecisions(questions, answers) }
	if n > 10 {
		small, _, err := oursPolicy(10)
		if err != nil {
			return nil, err
		}
		t.growth = &growth{small: small, factor: float64(n) / 10, law: constant}
	}
	return t, nil
}

func sameDecisions(questions []question, answers []decider) error {
	allowed := 0
	for i := range questions[:min(len(questions), 300)] {
		q := &questions[i]
		for _, answer := range answers {
			got, err := answer(q)
			if err != nil {
				return err
			}
			if got != q.want {
				return fmt.Errorf("%+v: %t is answered", *q, got)
			}
		}
		if q.want {
			allowed++
		}
	}
	if allowed == 0 {
		return errors.New("nothing is allowed")
	}
	return nil
}

// oursPolicy gives every group a policy with its rules. The lists are
// allow-lists: what no rule names is disabled.
func oursPolicy(n int) (s side, decide func(*question) governance.Decision, err error) {
	rules, questions := policyRules(n)
	policies := map[string]*governance.Policy{}
	var all []*governance.Policy
	var assignments []governance.Assignment
	of := func(group string) *governance.Policy {
		p := policies[group]
		if p == nil {
			p = &governance.Policy{ID: "of-" + group, Default: governance.Disable}
			policies[group], all = p, append(all, p)
			scope := governance.Group(benchTenant, group).WithPriority(len(all))
			assignments = append(assignments, governance.Assignment{Scope: scope, Policy: p.ID})
		}
		return p
	}
	for _, g := range userGroups {
		of(g)
	}
	for _, r := range rules {
		rule := governance.Rule{Match: version.Scope(r.match), Effect: governance.Enable, SchemeDefault: governance.Disable, Reason: "because of " + r.match}
		if !r.allow {
			rule.Effect, rule.SchemeDefault = governance.Disable, ""
		} else {
			for _, id := range r.schemes {
				rule.Schemes = append(rule.Schemes, governance.SchemeRule{ID: id, Effect: governance.Enable})
			}
		}
		p := of(r.group)
		p.Connectors = append(p.Connectors, rule)
	}
	e, err := governance.Compile(all, assignments)
	if err != nil {
		return s, nil, err
	}
	subject := governance.Subject{Tenant: benchTenant, User: "ada", Groups: userGroups}
	schemes := map[string]*auth.Scheme{}
	for _, id := range schemeIDs {
		schemes[id] = &auth.Scheme{ID: id, Type: auth.APIKey}
	}
	asked := make([]*auth.Scheme, len(questions)) // a program has the scheme at hand
	for i := range questions {
		asked[i] = schemes[questions[i].scheme]
	}
	decide = func(q *question) governance.Decision {
		return e.Decide(subject, connector.Key(q.key), schemes[q.scheme])
	}
	return side{name: "ours", run: func(n int) error {
		for i := range n {
			at := i % len(questions)
			d := e.Decide(subject, connector.Key(questions[at].key), asked[at])
			// Who spoke and why, as data: what peers return, too, where they give reasons.
			_, _, named := d.Rule()
			if d.Policy() == "" || d.Code().Allows() != d.Allowed() || d.Allowed() && !named || d.Scope().Subject == "" {
				return errors.New("a decision without a reason")
			}
		}
		return nil
	}}, decide, nil
}
