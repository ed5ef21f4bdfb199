package linear_test

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// log is how often the audit log says that something was done to a target.
type log map[[2]string]int

// judgeCatalog holds a history to what a catalog promises of connections and policies. Its last calls are reads of all
// connections and policies after everything else has ended.
func judgeCatalog(calls []catalogCall, audit log, patience time.Duration) verdict {
	var v verdict
	begun := time.Now()
	made, put := outcomes(calls, &v)
	moves := map[string][]porcupine.Operation{}
	add := func(what string, c catalogCall, w wish, out *reply, ended int64) {
		what = fmt.Sprintf("%s %d", what, w.Place)
		moves[what] = append(moves[what], porcupine.Operation{ClientId: c.Client, Input: w, Call: c.Begun, Output: out, Return: ended})
	}
	for _, c := range calls {
		w, out, ended := c.In, c.Out, c.Ended
		pending := out == nil || out.Err == doubt
		if pending {
			ended = never
		}
		switch {
		case out != nil && !slices.Contains([]string{"", doubt, notFound, exists, conflict, late}, out.Err):
			v.fault("client %d: %s: %s", c.Client, w.Do, out.Err)
			continue
		case out != nil && out.Err == late:
			continue
		case pending && slices.Contains([]string{"get", "list", "read policy"}, w.Do):
			continue
		case pending:
			v.pending++
		}
		switch w.Do {
		case "list": // each connection was as it says at some moment of the call
			for _, e := range out.Rows {
				add("folder", c, wish{Do: "get", Place: e.Place, Name: e.Name, ID: e.ID}, &reply{}, ended)
			}
		case "create":
			switch {
			case pending && made[w.Mark] == "":
				continue // it was not made: it would be there still, for nobody knows its id
			case pending:
				w.ID = made[w.Mark]
			case out.Err == "":
				w.ID = out.Rows[0].ID
			}
			add("folder", c, w, out, ended)
		case "get":
			if out.Err == "" {
				w.Name = out.Rows[0].Name
			}
			add("folder", c, w, out, ended)
		case "rename", "delete":
			add("folder", c, w, out, ended)
		case "read policy":
			if c.Client == finally {
				add("policy", c, w, out, ended)
			}
		case "put policy":
			if pending {
				if put[w.Mark] == 0 {
					continue // as above
				}
				out = &reply{Rev: put[w.Mark]}
			}
			add("policy", c, w, out, ended)
		default:
			add("policy", c, w, out, ended)
		}
	}
	checkAudit(calls, made, audit, &v)
	checkPolicyReads(calls, &v)
	for what, moves := range moves {
		model := folderModel()
		if what[0] == 'p' {
			model = ruleModel()
		}
		v.explain(what, model, moves, patience-time.Since(begun))
	}
	v.took = time.Since(begun)
	return v
}

// finally is the client that reads at the end.
const finally = 1 << 30

// outcomes finds out which connection and which revision each mark belongs to.
func outcomes(calls []catalogCall, v *verdict) (made map[string]string, put map[string]int64) {
	made, put = map[string]string{}, map[string]int64{}
	for _, c := range calls {
		if c.Out == nil || c.Out.Err != "" {
			continue
		}
		for _, e := range c.Out.Rows {
			if id, ok := made[e.Mark]; ok && id != e.ID {
				v.fault("%q was made twice, as %s and as %s", e.Mark, id, e.ID)
			}
			made[e.Mark] = e.ID
		}
		mark := cmp.Or(c.Out.Mark, c.In.Mark)
		if c.Out.Rev == 0 {
			continue
		}
		if rev, ok := put[mark]; ok && rev != c.Out.Rev {
			v.fault("policy %q was put twice, at %d and at %d", mark, rev, c.Out.Rev)
		}
		put[mark] = c.Out.Rev
	}
	return made, put
}

// checkAudit looks for what was done and is not in the audit log as often as it was, and for what is and was not.
func checkAudit(calls []catalogCall, made map[string]string, audit log, v *verdict) {
	acknowledged, possible := log{}, log{}
	for _, c := range calls {
		var of [2]string
		switch w := c.In; w.Do {
		case "create":
			of = [2]string{"connect", made[w.Mark]}
		case "rename", "delete":
			of = [2]string{w.Do + " connection", w.ID}
		case "put policy", "delete policy":
			of = [2]string{w.Do, policyID(w.Place)}
		default:
			continue
		}
		switch {
		case of[1] == "":
		case c.Out == nil || c.Out.Err == doubt:
			possible[of]++
		case c.Out.Err == "":
			acknowledged[of]++
			possible[of]++
		}
	}
	for of, n := range acknowledged {
		if audit[of] < n {
			v.fault("%s of %s was acknowledged %d times, and is %d times in the audit log", of[0], of[1], n, audit[of])
		}
	}
	for of, n := range audit {
		if possible[of] < n {
			v.fault("%s of %s is %d times in the audit log, and was done %d times at most", of[0], of[1], n, possible[of])
		}
	}
}

// checkPolicyReads holds what a process reads of policies, which is allowed to be old, to two things: it was so
// once, and it is not older than what the same client has been told before.
func checkPolicyReads(calls []catalogCall, v *verdict) {
	type who struct{ client, policy int }
	newest := map[who]int64{}
	calls = slices.SortedFunc(slices.Values(calls), func(a, b catalogCall) int { return cmp.Compare(a.Begun, b.Begun) })
	for _, c := range calls {
		if c.Out == nil || c.Out.Err != "" || c.Out.Rev == 0 {
			continue
		}
		w := who{c.Client, c.In.Place}
		if c.Out.Rev < newest[w] {
			v.fault("client %d read policy %d at revision %d after %d", w.client, w.policy, c.Out.Rev, newest[w])
		}
		newest[w] = c.Out.Rev
	}
}

func policyID(i int) string { return fmt.Sprintf("policy-%d", i) }
