package governance

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/patchbay/patchbay/auth"
)

// measure returns everything that is wrong.
func (a *applying) measure(params []auth.Param) []auth.Fault {
	var faults []auth.Fault
	order := make(map[string]int, len(params))
	for i := range params {
		order[params[i].Key] = i
		if reason, ok := a.refused[params[i].Key]; ok {
			faults = append(faults, auth.Fault{Field: params[i].Key, Reason: reason})
		}
	}
	for _, x := range auth.Validate(params, a.values) {
		if _, told := a.refused[x.Field]; told && x.Field != "" {
			continue
		}
		if a.used[x.Field] {
			x.Reason = fmt.Sprintf("as preset by policy %q %s", a.decision.Policy(), x.Reason)
		}
		faults = append(faults, x)
	}
	at := func(x auth.Fault) int {
		if i, known := order[x.Field]; known {
			return i
		}
		return len(params)
	}
	slices.SortStableFunc(faults, func(x, y auth.Fault) int {
		return cmp.Or(cmp.Compare(at(x), at(y)), cmp.Compare(x.Field, y.Field))
	})
	return faults
}
