package catalog

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/connector"
)

// The layout of the store. Every record is JSON. A connector key contains no
// '@', and a version no '/', so the composed keys are unambiguous.
const (
	prefixFeed      = "feed/"     // feed/<feed>: status and high-water mark
	prefixIndex     = "index/"    // index/<feed>/<key>: last known good entry
	prefixSeen      = "seen/"     // seen/<key>@<version>: first digest ever planned (P15)
	prefixPublished = "pub/"      // pub/<key>: what is active
	prefixReady     = "ready/"    // ready/<key>: whether its activities are (P14)
	prefixInstalled = "inst/"     // inst/<key>@<version>: what is installed
	prefixSkip      = "skip/"     // skip/<id>
	prefixPin       = "pin/"      // pin/<id>
	prefixOp        = "op/"       // op/<id>: one operation
	prefixItem      = "opitem/"   // opitem/<id>/<n>: one item of it
	prefixOpen      = "opopen/"   // opopen/<id>: marks an unfinished operation
	prefixLease     = "lease/"    // lease/<key>: who works on a connector
	prefixTrash     = "trash/"    // trash/<key>@<version>: to be removed from the installer
	prefixPolicy    = "policy/"   // policy/<id>
	prefixAssign    = "assign/"   // assign/<level>/<tenant>/<subject>
	prefixAudit     = "audit/"    // audit/<seq>
	keyGovern       = "govern"    // put anew with every change of policies and assignments
	keyAuditHead    = "audithead" // the last audit entry's number and hash
)

func feedKey(feed string) string { return prefixFeed + url.PathEscape(feed) }

func indexPrefix(feed string) string { return prefixIndex + url.PathEscape(feed) + "/" }

func indexKey(feed string, key connector.Key) string { return indexPrefix(feed) + string(key) }

func publishedKey(key connector.Key) string { return prefixPublished + string(key) }

func readyKey(key connector.Key) string { return prefixReady + string(key) }

func leaseKey(key connector.Key) string { return prefixLease + string(key) }

// versioned is the part after the prefix of records about one version.
func versioned(prefix string, key connector.Key, version string) string {
	return prefix + string(key) + "@" + version
}

func itemKey(op string, n int) string { return fmt.Sprintf("%s%s/%06d", prefixItem, op, n) }

func auditKey(seq uint64) string { return fmt.Sprintf("%s%020d", prefixAudit, seq) }

// splitVersioned undoes versioned; rest is without its prefix.
func splitVersioned(rest string) (key connector.Key, version string) {
	k, v, _ := strings.Cut(rest, "@")
	return connector.Key(k), v
}

// splitIndex undoes indexKey; rest is without its prefix.
func splitIndex(rest string) (feed string, key connector.Key) {
	f, k, _ := strings.Cut(rest, "/")
	name, err := url.PathUnescape(f)
	if err != nil {
		name = f
	}
	return name, connector.Key(k)
}
