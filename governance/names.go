package governance

import (
	"fmt"
	"strings"

	"github.com/patchbay/patchbay/auth"
)

// schemeIDReason says why s cannot be an auth.Scheme's ID; empty: it can.
func schemeIDReason(s string) string {
	for _, x := range (&auth.Scheme{ID: s, Type: auth.None}).Validate() {
		return "it " + x.Reason
	}
	return ""
}

// policyIDReason says why s cannot be a Policy's ID; empty: it can.
func policyIDReason(s string) string {
	switch {
	case s == "":
		return "it is missing"
	case len(s) > MaxPolicyIDBytes:
		return fmt.Sprintf("it is %d bytes long, at most %d are allowed", len(s), MaxPolicyIDBytes)
	}
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("._-", rune(c))) {
			return quote(s) + ` is no id: want a-z and 0-9, after the first also ".", "_" and "-"`
		}
	}
	return ""
}
