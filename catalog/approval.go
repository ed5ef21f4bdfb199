package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// ErrApprovalRequired refuses an upgrade that moves an origin or changes a
// scheme and was not approved (P19).
var ErrApprovalRequired = errors.New("approval required")

// Approve accepts the moved origins and changed schemes of the item for key (P19).
// It reports whether the plan has such an item. A feed that does not serve
// manifests shows them only during installation; approving ahead accepts those too.
func (p *Plan) Approve(key connector.Key) bool {
	i := slices.IndexFunc(p.Items, func(it PlanItem) bool { return it.Key == key })
	if i >= 0 {
		p.Items[i].Approved = true
	}
	return i >= 0
}

// manifestChanges says how the manifest of what is active differs from next in
// what matters for credentials (P19). Without a manifest there are no schemes and no
// origins; else a version without one in between would hide a move.
func manifestChanges(active *installed, next *connector.Manifest) (schemes, origins []string) {
	var old *connector.Manifest
	if active != nil {
		old = active.Receipt.Manifest
	}
	return connector.SchemeChanges(old, next), connector.OriginChanges(old, next)
}

// manifestSum is how a plan names a manifest; "" for none.
func manifestSum(m *connector.Manifest) connector.Digest {
	if m == nil {
		return ""
	}
	return connector.DigestOf(encode(m))
}

// approvable keeps the changes that somebody must approve (P19): a new scheme
// changes nothing for who is connected, and an origin given up reaches nobody.
func approvable(schemes, origins []string) []string {
	keep := func(all []string, harmless string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return strings.HasPrefix(s, harmless) })
	}
	return slices.Concat(keep(origins, "removed "), keep(schemes, "added "))
}

func approvalError(changes []string) error {
	return fmt.Errorf("%w: %s", ErrApprovalRequired, strings.Join(changes, "; "))
}
