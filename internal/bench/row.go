package main

import (
	"math"
)

// work is one row of the table: a path that programs take often.
type work struct {
	name  string // what -only looks for, such as "newest/20"
	path  string // in words
	grows string // what our time grows with
	setup func(*bed) (*trial, error)
}

// trial is a row that is ready to be timed.
type trial struct {
	// same compares the answers of all sides, and is called before anything is
	// timed. There is no row without it.
	same  func() error
	ours  side
	peers []side
	goals []goal
	// growth compares ours with the same work on other data; nil: it is not
	// measured.
	growth *growth
	// folder is where the durable sides write.
	folder string
	// rounds is how often each side has its turn. 0: as pace says.
	rounds int
	close  func() error
}

// side is one of those that are compared.
type side struct {
	name string
	// run does the work n times.
	run func(n int) error
	// before makes ready for one call of run, off the clock; nil: nothing to do.
	before func(n int) error
	// alone takes the place of run: it measures once, in a process of its own.
	alone func() (figures, error)
	// once says that run is to be called with n = 1 only.
	once bool
	// durable says how many units of the work may share one durable write; 0: it
	// does not claim to be durable.
	durable int
	// watch says that the heap is to be watched meanwhile.
	watch bool
	// calls counts, over all that happened, what the work asked of others.
	calls func() int64
}

// figures are what one unit of work costs.
type figures struct {
	NS     float64 `json:"ns"`
	Allocs float64 `json:"allocs"`
	Bytes  float64 `json:"bytes"`           // allocated
	Kept   float64 `json:"kept,omitempty"`  // of the heap, afterwards
	Peak   float64 `json:"peak,omitempty"`  // of the heap, meanwhile
	Calls  float64 `json:"calls,omitempty"` // of others
}

// growth compares the cost of a unit of ours with that on less data.
type growth struct {
	small  side
	large  *side   // the same on the data of ours; nil: that is ours itself
	factor float64 // by how much the data of ours is more
	law    law
	at     float64 // the smaller amount, for logarithm
	limit  float64 // instead of what law allows; 0: none is stated
}

// law says how time may grow with the data.
type law string

const (
	constant    law = "constant"
	logarithmic law = "log"
	linear      law = "linear"
)

// slack is what growth may be above its law before it counts as another one:
// caches get cold, and clocks are coarse.
const slack = 1.5

// most is what a growth may be.
func (g *growth) most() float64 {
	if g.limit > 0 {
		return g.limit
	}
	switch g.law {
	case logarithmic:
		return slack * math.Log(g.factor*g.at) / math.Log(g.at)
	case linear:
		return slack * g.factor
	default:
		return slack
	}
}
