package catalog

import (
	"fmt"
	"log/slog"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/installer"
)

// Options configure a Catalog. The zero value is a catalog in memory with no
// feed, which can be opened but has nothing to install.
//
// Catalogs that share a Store work on each other's operations. They are opened
// with the same options, and with Installers on the same storage; one that only
// reads may do without an Installer.
type Options struct {
	// Store keeps everything that must survive. Default: NewMemStore(nil), which the
	// Catalog then closes; a Store given here stays the caller's to close.
	Store Store
	// Feeds are the sources of available connectors, the more trusted first: where
	// two offer one key, the earlier wins (P17). Names must differ. They are part of
	// what is stored: a feed under another name is another feed.
	Feeds []Feed
	// Installer puts packages in place. Without one, Install fails with
	// errors.ErrUnsupported, and operations under way are left to a process that has one.
	Installer installer.Installer
	// Artifacts opens artifacts that a feed does not open itself. Default: HTTPS
	// only, public addresses only, at most MaxArtifactBytes.
	Artifacts ArtifactOpener
	// MaxArtifactBytes bounds what the default Artifacts opener reads of one
	// artifact. Unit bytes, default 1 GiB.
	MaxArtifactBytes int64
	// Authorizer decides who may do what. Default: RoleAuthorizer().
	Authorizer Authorizer
	// Keys protects the secrets that the catalog stores (C8). Without it, whatever
	// has a secret is refused; nothing is ever stored in the clear.
	Keys auth.KeyWrapper
	// Transport says what the clients of connections may do: private addresses,
	// placers of custom schemes, time limits. Its Scheme, Source and Hosts are the
	// connection's and are ignored here. Default: public addresses over https only (C12).
	Transport *auth.TransportOptions
	// Tokens says what may be reached to obtain and renew tokens: private addresses, time
	// limits, what is kept of replies. Its Now is the Clock. Default: public addresses over https only (C12).
	Tokens *auth.TokenOptions
	// RedirectURI says where a provider sends the browser back to, once the person has
	// agreed, for apps that state none. No two connectors may have the same, queries aside (C3); the first
	// that uses one keeps it. How it differs between tenants is up to what is registered with the
	// provider. Default: none, and authorizations in a browser are refused.
	RedirectURI func(tenant string, key connector.Key) string
	// RefreshCooldown is how long after a failed renewal of a token nobody asks the provider
	// again (C9). Default 30 seconds; a provider that asks for more gets it, up to an hour.
	RefreshCooldown time.Duration
	// ActivityPublisher tells the host which activities became available (P14).
	// Default: none, and activities are ready after ActivityDelay.
	ActivityPublisher ActivityPublisher
	// ActivityDelay is how long activities stay pending when nobody confirms them.
	// Default 0: they are ready at once, or only when ActivityPublisher confirms.
	ActivityDelay time.Duration

	// HostVersion is what releases' Requires is compared with. Without it, a
	// release that requires something is refused, saying so.
	HostVersion string
	// Preview says when preview releases may be chosen. Default PreviewNever.
	Preview PreviewRule

	// RefreshEvery is how often feeds are loaded in the background. Default 15
	// minutes; negative: never, not even by Open.
	RefreshEvery time.Duration
	// FeedTimeout bounds one load of one feed. Default 2 minutes.
	FeedTimeout time.Duration
	// Lease is how long an operation of a process that died blocks its connectors
	// before another process takes it over, and likewise the renewal of a token. It is also how long what
	// came of a renewal is offered to a store that fails. Default 15 seconds, at least 100 ms.
	Lease time.Duration
	// Parallel is how many items of operations are fetched at once. As many more, which have been fetched,
	// are unpacked and committed meanwhile. Default 4.
	Parallel int
	// FollowEvery is how often the store is asked for other processes' changes
	// if it is no Watcher. Default 1 second. For about that long a connection that another process has stopped
	// may still be used here: see Connections.Source.
	FollowEvery time.Duration

	// Clock is the time for everything but leases. Default time.Now.
	Clock func() time.Time
	// Logger gets what nobody waits for, such as a failed background refresh.
	// Default: nothing is logged.
	Logger *slog.Logger
}

// PreviewRule says when preview releases may be chosen without being named.
type PreviewRule string

// The preview rules. Whatever the rule, a preview release named exactly may
// be installed.
const (
	PreviewNever    PreviewRule = ""       // only GA releases
	PreviewIfNoGA   PreviewRule = "ifNoGA" // where a connector has no GA release at all
	PreviewAlways   PreviewRule = "always"
	defaultLease                = 15 * time.Second
	minLease                    = 100 * time.Millisecond
	defaultArtifact             = 1 << 30
	defaultCooldown             = 30 * time.Second
)

// withDefaults checks the options and fills in the rest. All faults come at
// once.
func (o *Options) withDefaults() (Options, error) {
	var opts Options
	if o != nil {
		opts = *o
	}
	opts.Feeds = slices.Clone(opts.Feeds)
	var faults faultList
	checkFeeds(opts.Feeds, &faults)
	switch opts.Preview {
	case PreviewNever, PreviewIfNoGA, PreviewAlways:
	default:
		faults.add("Preview %q is no preview rule", opts.Preview)
	}
	if opts.HostVersion != "" {
		if err := connector.CheckVersion(opts.HostVersion); err != nil {
			faults.add("HostVersion: %v", err)
		}
	}
	if opts.Lease != 0 && opts.Lease < minLease {
		faults.add("Lease %v is below %v", opts.Lease, minLease)
	}
	if opts.Parallel < 0 || opts.MaxArtifactBytes < 0 || opts.ActivityDelay < 0 || opts.FeedTimeout < 0 || opts.FollowEvery < 0 || opts.RefreshCooldown < 0 {
		faults.add("Parallel, MaxArtifactBytes, ActivityDelay, FeedTimeout, FollowEvery and RefreshCooldown must not be negative")
	}
	if err := faults.err(); err != nil {
		return opts, fmt.Errorf("options: %w", err)
	}
	setDefault(&opts.Authorizer, RoleAuthorizer())
	setDefault(&opts.MaxArtifactBytes, defaultArtifact)
	setDefault(&opts.RefreshEvery, 15*time.Minute)
	setDefault(&opts.FeedTimeout, 2*time.Minute)
	setDefault(&opts.RefreshCooldown, defaultCooldown)
	setDefault(&opts.Lease, defaultLease)
	setDefault(&opts.Parallel, 4)
	setDefault(&opts.FollowEvery, time.Second)
	if opts.Clock == nil {
		opts.Clock = time.Now
	}
	setDefault(&opts.Logger, slog.New(slog.DiscardHandler))
	return opts, nil
}

// checkFeeds adds what is wrong with the names of feeds, which become part of
// store keys.
func checkFeeds(feeds []Feed, faults *faultList) {
	seen := map[string]bool{}
	for i, f := range feeds {
		if f == nil {
			faults.add("Feeds[%d] is nil", i)
			continue
		}
		name := f.Name()
		switch {
		case name == "":
			faults.add("Feeds[%d] has no name", i)
		case !utf8.ValidString(name):
			faults.add("Feeds[%d]: the name %q is no UTF-8", i, name)
		case len(indexPrefix(name))+connector.MaxKeyBytes > MaxStoreKey:
			faults.add("Feeds[%d]: the name %q... is too long: about 370 letters or 120 others are allowed", i, name[:20])
		case seen[name]:
			faults.add("Feeds[%d]: another feed is named %q", i, name)
		}
		seen[name] = true
	}
}

// setDefault gives *p the value v if it is zero. Interfaces compare with nil.
func setDefault[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}
