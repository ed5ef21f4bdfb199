package main

import (
	"fmt"
	"time"
)

// goal is one thing that is stated of a row.
type goal struct {
	say     string
	holds   func(got float64) bool
	measure func(*result) float64
	show    func(float64) string
}

func times(v float64) string { return fmt.Sprintf("%.3gx", v) }
func count(v float64) string { return fmt.Sprintf("%.6g", v) }

// faster wants a peer's time to be that many times ours, or more.
func faster(peer string, factor float64) goal {
	return goal{
		fmt.Sprintf(">= %gx faster than %s", factor, peer), func(got float64) bool { return got >= factor },
		func(r *result) float64 { return r.peer(peer).NS / r.Ours.NS }, times,
	}
}

// atMost wants our time to be that many times a peer's, or less.
func atMost(peer string, factor float64) goal {
	return goal{
		fmt.Sprintf("<= %gx the time of %s", factor, peer), func(got float64) bool { return got <= factor },
		func(r *result) float64 { return r.Ours.NS / r.peer(peer).NS }, times,
	}
}

// within wants our time to be no more than d.
func within(d time.Duration) goal {
	return goal{
		"<= " + d.String(), func(got float64) bool { return got <= float64(d) },
		func(r *result) float64 { return r.Ours.NS }, nanoseconds,
	}
}

// allocations wants no more than n of them.
func allocations(n float64) goal {
	return goal{
		fmt.Sprintf("<= %g allocations", n), func(got float64) bool { return got <= n },
		func(r *result) float64 { return r.Ours.Allocs }, count,
	}
}

// allocated wants no more than that share of the bytes that a peer allocates.
func allocated(peer string, share float64) goal {
	return goal{
		fmt.Sprintf("<= %g of the bytes %s allocates", share, peer), func(got float64) bool { return got <= share },
		func(r *result) float64 { return r.Ours.Bytes / r.peer(peer).Bytes }, times,
	}
}

// kept wants no more than that share of the heap that a peer keeps.
func kept(peer string, share float64) goal {
	return goal{
		fmt.Sprintf("<= %g of the heap %s keeps", share, peer), func(got float64) bool { return got <= share },
		func(r *result) float64 { return r.Ours.Kept / r.peer(peer).Kept }, times,
	}
}

// peak wants the heap never to grow by more than that many bytes.
func peak(bytes float64) goal {
	return goal{
		"heap grows by <= " + size(bytes), func(got float64) bool { return got <= bytes },
		func(r *result) float64 { return r.Ours.Peak }, size,
	}
}

// asks wants others to be asked no more than n times for each unit of work.
func asks(n float64) goal {
	return goal{
		fmt.Sprintf("<= %g upstream calls", n), func(got float64) bool { return got <= n },
		func(r *result) float64 { return r.Ours.Calls }, count,
	}
}
