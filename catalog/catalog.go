package catalog

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/internal/egress"
	"golang.org/x/sync/singleflight"
)

// Catalog is the entrance. Make one with Open, take a Viewer or an Admin from
// it, and Close it. It is safe for concurrent use, also by several processes
// that share a Store.
type Catalog struct {
	opts   Options
	store  Store
	owned  bool           // the Catalog made the store and closes it
	rank   map[string]int // feed -> place in Options.Feeds
	sealer *auth.Sealer
	tokens *auth.TokenClient
	self   string // names this Catalog in leases

	snap    atomic.Pointer[snapshot]
	syncing turn // to make a new snapshot
	writing turn // to write a change, so that this process never races with itself
	loading turn // to load feeds

	subs   subscribers
	checks feedChecks
	hub    progressHub
	runner runner

	fresh    *freshness // of what the Sources of connections keep
	ownClock bool       // Options.Clock is the program's

	confirms  confirms
	sightings sightings
	renewals  singleflight.Group // of tokens, by connection and generation (C9)
	metadata  serverMetadata
	revoking  atomic.Int64 // revocations under way

	stop     context.CancelFunc // ends all background work
	stopping context.Context    //nolint:containedctx // the life of the Catalog, which no single call has
	work     sync.WaitGroup
	ending   sync.Mutex // held to start background work, and to begin closing
	closed   atomic.Bool
}

// Open opens the catalog: it reads what the store holds, takes up operations that a
// process left unfinished, in the background, and loads the feeds once (unless
// Options.RefreshEvery is negative). A feed that fails does not fail Open; see
// Admin.Feeds. ctx bounds Open only.
func Open(ctx context.Context, o *Options) (*Catalog, error) {
	opts, err := o.withDefaults()
	if err != nil {
		return nil, &Error{Op: "open", Err: err}
	}
	c := &Catalog{
		opts: opts, store: opts.Store, rank: map[string]int{}, self: newID(),
		sealer: auth.NewSealer(opts.Keys, nil), tokens: newTokenClient(&opts),
		syncing: newTurn(), writing: newTurn(), loading: newTurn(),
	}
	c.fresh, c.ownClock = newFreshness(opts.FollowEvery), o != nil && o.Clock != nil
	if c.store == nil {
		c.store, c.owned = NewMemStore(nil), true
	}
	if c.opts.Artifacts == nil {
		c.opts.Artifacts = httpArtifacts{client: egress.New(nil), max: opts.MaxArtifactBytes}
	}
	for i, f := range opts.Feeds {
		c.rank[f.Name()] = i
	}
	c.stopping, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	c.hub.init()
	c.runner.init(c)
	c.confirms.init(opts.Parallel)
	c.snap.Store(newSnapshot())
	if err := c.start(ctx); err != nil {
		return nil, &Error{Op: "open", Err: errors.Join(err, c.Close())}
	}
	return c, nil
}

func (c *Catalog) start(ctx context.Context) error {
	if err := c.readAll(ctx); err != nil {
		return err
	}
	// Feeds may take their time; what is under way does not wait for them.
	c.background(c.followLoop)
	c.background(c.beatLoop)
	c.background(c.healLoop)
	if c.opts.RefreshEvery > 0 {
		if err := c.refresh(ctx, systemPrincipal); err != nil {
			return err
		}
		c.background(c.refreshLoop)
	}
	return nil
}

// background runs f until Close; it reports false when closing has begun.
func (c *Catalog) background(f func(ctx context.Context)) bool {
	c.ending.Lock()
	defer c.ending.Unlock()
	if c.closed.Load() {
		return false
	}
	c.work.Go(func() { f(c.stopping) })
	return true
}

// Close stops background work and waits for it. Operations under way stop
// where they are and are resumed by the next Open; nothing of them is lost. The answer
// to a renewal of a token that is on its way is waited for, as long as Options.Tokens lets a
// request take, and stored, for which a store that does not answer gets another minute at most. A Store, Installer or Feed of the caller's is not closed. Closing twice is no
// error.
func (c *Catalog) Close() error {
	c.ending.Lock()
	was := c.closed.Swap(true)
	c.ending.Unlock()
	if was {
		return nil
	}
	c.stop()
	c.work.Wait()
	c.subs.closeAll()
	var errs []error
	if h, ok := c.opts.Artifacts.(httpArtifacts); ok {
		errs = append(errs, h.Close())
	}
	if c.owned {
		errs = append(errs, c.store.Close())
	}
	return errors.Join(errs...)
}

// For returns what the principal may use: the published connectors. It never
// fails; the methods of a Viewer whose principal may nothing do.
func (c *Catalog) For(p Principal) *Viewer { return &Viewer{cat: c, principal: p.clone()} }

// Manage returns the means to run the catalog, or ErrForbidden. They are those of the whole
// catalog: see Admin.
func (c *Catalog) Manage(p Principal) (*Admin, error) {
	if err := c.usable(); err != nil {
		return nil, &Error{Op: "manage", Err: err}
	}
	if err := c.authorize(context.Background(), p, ActionManage, ""); err != nil {
		return nil, &Error{Op: "manage", Err: err}
	}
	return &Admin{cat: c, principal: p.clone()}, nil
}

func (c *Catalog) usable() error {
	if c == nil || c.closed.Load() {
		return fmt.Errorf("catalog: %w", ErrClosed)
	}
	return nil
}

func (c *Catalog) snapshot() *snapshot { return c.snap.Load() }

// needKeys returns why secrets cannot be kept, if so: it says what the host left out.
func (c *Catalog) needKeys() error {
	if c.opts.Keys == nil {
		return fmt.Errorf("%w: Options.Keys is nil", auth.ErrNoKey)
	}
	return nil
}

func newTokenClient(opts *Options) *auth.TokenClient {
	var o auth.TokenOptions
	if opts.Tokens != nil {
		o = *opts.Tokens
	}
	o.Now = opts.Clock
	return auth.NewTokenClient(&o)
}

// newID returns an id that nobody can guess.
func newID() string { return rand.Text() }

// systemPrincipal is who background work is done for.
//
//nolint:gochecknoglobals // a constant in all but syntax
var systemPrincipal = Principal{Tenant: "-", User: "-"}
