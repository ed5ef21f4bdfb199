package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

// The records of connections. Names, folders and tenants come from people and
// have any form, so keys hold them escaped or hashed.
const (
	prefixConn        = "conn/"        // conn/<tenant>/<id>: connRecord
	prefixConnSecret  = "connsecret/"  // connsecret/<tenant>/<id>: the sealed credential
	prefixConnName    = "connname/"    // connname/<tenant>/<hash>: keeps names unique (C1)
	prefixConnDefault = "conndefault/" // conndefault/<tenant>/<hash>: the default's id
	prefixConnID      = "connid/"      // connid/<id>: the tenant
	prefixConnUse     = "connuse/"     // connuse/<key>@<version>/<id>: who holds a release (P21)
)

// maxTenantKey bounds a tenant's name as it stands in keys, so that with the
// rest they stay within MaxStoreKey.
const maxTenantKey = 300

func checkTenant(p Principal) error {
	if n := len(url.PathEscape(p.Tenant)); n > maxTenantKey {
		return fmt.Errorf("%w: the tenant's name is too long", ErrInvalid)
	}
	return nil
}

func tenantKey(prefix, tenant, rest string) string {
	return prefix + url.PathEscape(tenant) + "/" + rest
}

func hashed(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:])
}

func (r *connRecord) key() string       { return tenantKey(prefixConn, r.Tenant, r.ID) }
func (r *connRecord) secretKey() string { return tenantKey(prefixConnSecret, r.Tenant, r.ID) }

func (r *connRecord) nameKey() string {
	return tenantKey(prefixConnName, r.Tenant, hashed(r.Folder, string(r.Key), fold(r.Name)))
}

func (r *connRecord) defaultKey() string {
	return tenantKey(prefixConnDefault, r.Tenant, hashed(r.Folder, string(r.Key)))
}

func (r *connRecord) useKey() string { return usePrefix(r.Key, r.Release) + r.ID }

func (r *connRecord) appUseKey() string { return prefixAppUse + r.App + "/" + r.ID }

func usePrefix(key connector.Key, version string) string {
	return versioned(prefixConnUse, key, version) + "/"
}

// binding is the place that the credential is sealed for (C8).
func (r *connRecord) binding() auth.Binding {
	return auth.Binding{Tenant: r.Tenant, Connection: r.ID, Field: "credential", Generation: r.Generation}
}
