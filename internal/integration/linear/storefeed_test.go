package linear_test

import (
	"cmp"
	"slices"
)

// place is a key of a group.
type place struct{ group, key int }

// write is one key of an Apply that was acknowledged.
type write struct {
	place
	rev   int64
	value string
	gone  bool
}

// writes are all that were acknowledged. What a delete did nothing to is not one of them.
func writes(calls []storeCall) []write {
	var all []write
	for _, c := range calls {
		if c.In.Do != "apply" || c.Out == nil || c.Out.Err != "" {
			continue
		}
		for _, st := range c.In.Steps {
			if st.Do == "put" {
				all = append(all, write{place{c.In.Group, st.Key}, c.Out.Rev, st.Value, false})
			} else if st.Do == "delete" && st.If == "at" {
				all = append(all, write{place{c.In.Group, st.Key}, c.Out.Rev, "", true})
			}
		}
	}
	return all
}

// checkLost looks for what was acknowledged and is neither there at the end nor replaced by something newer.
func checkLost(calls []storeCall, last []row, v *verdict) {
	at := map[place]row{}
	for _, r := range last {
		at[place{r.Group, r.Key}] = r
	}
	for _, w := range writes(calls) {
		r := at[w.place]
		if r.Rev < w.rev || r.Rev == w.rev && (r.Value != w.value || r.Gone != w.gone) {
			v.fault("lost: %q of key %d/%d at revision %d was acknowledged, and there is %+v", w.value, w.group, w.key, w.rev, r)
		}
	}
}

// checkGrowth looks for a revision that is given twice, and for one that is not greater than what
// had been seen before its Apply began, by whomever and of whatever key.
func checkGrowth(calls []storeCall, v *verdict) {
	type known struct{ at, rev int64 }
	var ended []known
	given := map[int64]bool{}
	type begin struct {
		at, rev int64
		changed bool
	}
	var begun []begin
	for _, c := range calls {
		if c.Out == nil {
			continue
		}
		newest := c.Out.Rev
		for _, r := range c.Out.Rows {
			newest = max(newest, r.Rev)
		}
		ended = append(ended, known{c.Ended, newest})
		if c.In.Do != "apply" || c.Out.Err != "" {
			continue
		}
		changed := slices.ContainsFunc(c.In.Steps, func(st step) bool { return st.Do == "put" || st.Do == "delete" && st.If == "at" })
		if changed && given[c.Out.Rev] {
			v.fault("revision %d was given twice", c.Out.Rev)
		}
		given[c.Out.Rev] = given[c.Out.Rev] || changed
		begun = append(begun, begin{c.Begun, c.Out.Rev, changed})
	}
	slices.SortFunc(ended, func(a, b known) int { return cmp.Compare(a.at, b.at) })
	slices.SortFunc(begun, func(a, b begin) int { return cmp.Compare(a.at, b.at) })
	newest := int64(0)
	for _, b := range begun {
		for len(ended) > 0 && ended[0].at < b.at {
			newest = max(newest, ended[0].rev)
			ended = ended[1:]
		}
		if b.rev < newest || b.changed && b.rev == newest {
			v.fault("an Apply has revision %d, and %d had been seen when it began", b.rev, newest)
		}
	}
}

// checkFeeds follows what each client read of Changes, each page from where the last one ended.
func checkFeeds(calls []storeCall, last []row, v *verdict) {
	all := writes(calls)
	final := map[place]int64{}
	for _, r := range last {
		final[place{r.Group, r.Key}] = r.Rev
	}
	feeds := map[int][]storeCall{}
	for _, c := range calls {
		if c.In.Do == "changes" && c.Out != nil {
			feeds[c.Client] = append(feeds[c.Client], c)
		}
	}
	for client, pages := range feeds {
		slices.SortFunc(pages, func(a, b storeCall) int { return cmp.Compare(a.Begun, b.Begun) })
		at, newest := pages[0].In.Since, map[place]int64{}
		from := at
		for _, p := range pages {
			if p.In.Since != at {
				v.fault("client %d: asks from %d, and was told %d", client, p.In.Since, at)
			}
			prev := row{Rev: at}
			for i, r := range p.Out.Rows {
				if r.Rev < prev.Rev || r.Rev == at || i > 0 && r.Rev == prev.Rev && cmp.Or(cmp.Compare(r.Group, prev.Group), cmp.Compare(r.Key, prev.Key)) <= 0 {
					v.fault("client %d: Changes(%d) has %+v after %+v", client, at, r, prev)
				}
				newest[place{r.Group, r.Key}] = r.Rev
				prev = r
			}
			if at = p.Out.Rev; at != prev.Rev {
				v.fault("client %d: Changes(%d) ends at revision %d and says %d", client, p.In.Since, prev.Rev, at)
			}
		}
		for _, w := range all {
			if w.rev > from && w.rev <= at && newest[w.place] < w.rev && final[w.place] <= at {
				v.fault("client %d has followed to revision %d and never heard of key %d/%d at %d", client, at, w.group, w.key, w.rev)
			}
		}
	}
}
