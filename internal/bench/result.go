package main

import (
	"fmt"
	"math"
)

// result is what came of a row.
type result struct {
	Name    string        `json:"name"`
	Path    string        `json:"path"`
	Grows   string        `json:"grows"`
	Ours    figures       `json:"ours"`
	Peers   []peerFigures `json:"peers"`
	Growth  float64       `json:"growth,omitempty"` // how much a unit costs more on Factor times the data
	Factor  float64       `json:"factor,omitempty"`
	Sync    float64       `json:"fdatasync,omitempty"` // nanoseconds
	Goals   []verdict     `json:"goals"`
	Failure string        `json:"failure,omitempty"`
}

type peerFigures struct {
	Name string `json:"name"`
	figures
	Ratio float64 `json:"ratio"` // its time, or what it keeps, to ours
}

// verdict is what came of a goal.
type verdict struct {
	Goal string `json:"goal"`
	Got  string `json:"got"`
	Met  bool   `json:"met"`
}

// met reports whether the row holds all that is stated of it.
func (r *result) met() bool {
	for _, v := range r.Goals {
		if !v.Met {
			return false
		}
	}
	return r.Failure == ""
}

// peer returns the figures of a peer. A goal that names one that is not there
// cannot be met.
func (r *result) peer(name string) figures {
	for _, p := range r.Peers {
		if p.Name == name {
			return p.figures
		}
	}
	nan := math.NaN()
	return figures{NS: nan, Allocs: nan, Bytes: nan, Kept: nan, Peak: nan, Calls: nan}
}

// judge holds the result to the goals. What is no number compares with nothing, and so meets none.
func (r *result) judge(t *trial) {
	for i := range r.Peers {
		p := &r.Peers[i]
		if p.Ratio = p.NS / r.Ours.NS; r.Ours.NS == 0 {
			p.Ratio = p.Kept / r.Ours.Kept
		}
		p.Ratio = number(p.Ratio)
	}
	for _, g := range t.goals {
		got := g.measure(r)
		r.Goals = append(r.Goals, verdict{g.say, g.show(got), g.holds(got)})
	}
	if g := t.growth; g != nil {
		most := g.most()
		say := fmt.Sprintf("grows <= %.3gx on %.3gx the data (%s)", most, g.factor, g.law)
		r.Goals = append(r.Goals, verdict{say, times(r.Growth), r.Growth <= most})
		r.Growth = number(r.Growth)
	}
}

// number is v, or 0 for what JSON has no number for.
func number(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}
