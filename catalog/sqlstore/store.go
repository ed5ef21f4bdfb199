package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/internal/notify"
)

// Store is a catalog.Store in a SQL database, and a catalog.Watcher and a catalog.Composer. All methods
// are safe for concurrent use.
type Store struct {
	o       Options
	dialect *dialect
	readers *readers
	writer  *writer
	waiter  *waiter

	hub     notify.Hub
	newest  atomic.Int64 // the newest revision seen, for whoever watches
	polling sync.WaitGroup

	life    sync.Mutex    // held while Close begins, and while something begins that Close must end
	closing chan struct{} // closed when Close begins
	close   func() error
}

var (
	_ catalog.Store    = (*Store)(nil)
	_ catalog.Watcher  = (*Store)(nil)
	_ catalog.Composer = (*Store)(nil)
)

// Open returns the store in db, and creates or upgrades its tables. o may be nil.
// db stays the caller's, who closes it after the Store.
//
// Errors: catalog.ErrInvalid for arguments, a *VersionError, ErrInMemory, a *SchemaError,
// errors.ErrUnsupported for settings that cannot be lived with, and what the driver says.
func Open(ctx context.Context, db *sql.DB, d Dialect, o *Options) (*Store, error) {
	s, err := open(ctx, db, d, o)
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	return s, nil
}

func open(ctx context.Context, db *sql.DB, d Dialect, o *Options) (*Store, error) {
	if db == nil {
		return nil, fmt.Errorf("no database: %w", catalog.ErrInvalid)
	}
	opts, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	dial, err := d.open(ctx, db, opts.Prefix)
	if err != nil {
		return nil, err
	}
	s := &Store{o: opts, dialect: dial, closing: make(chan struct{})}
	s.close = sync.OnceValue(s.shut)
	s.waiter = &waiter{d: dial, timeout: opts.BusyTimeout, closing: s.closing}
	s.writer = newWriter(db, dial, s.waiter, opts.Deletions, func(newest catalog.Revision) {
		s.saw(newest)
		s.hub.Notify()
	})
	err = s.writer.transact(ctx, time.Now(), (*transaction).lockSchema, (*transaction).migrate)
	if err == nil {
		s.readers, err = prepareReaders(ctx, db, dial, s.waiter)
	}
	if err != nil {
		s.writer.close()
		return nil, err
	}
	return s, nil
}

// Now implements catalog.Store. A SQLite store is of one machine, so its time is that
// machine's wall clock, or the clock given by the options. That of a PostgreSQL store is the server's.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	if err := s.usable(ctx, nil); err != nil {
		return time.Time{}, s.failure(ctx, "now", err)
	}
	if s.readers.now == nil {
		return s.o.Now().UTC().Round(0), nil
	}
	var now time.Time
	if err := s.readers.one(ctx, s.readers.now, nil, &now); err != nil {
		return time.Time{}, s.failure(ctx, "now", err)
	}
	return now.UTC(), nil
}

// Close implements catalog.Store. It waits for calls that are at work, of which those that
// wait for their turn or for a lock fail, and for nothing else. It does not
// close the *sql.DB.
func (s *Store) Close() error { return s.close() }

func (s *Store) shut() error {
	s.life.Lock()
	close(s.closing)
	s.life.Unlock()
	s.hub.Close()
	s.polling.Wait()
	s.writer.close()
	return s.readers.close()
}

// usable says why a call cannot even begin: the store is closed, the arguments are
// invalid, or the context has ended.
func (s *Store) usable(ctx context.Context, invalid error) error {
	select {
	case <-s.closing:
		return catalog.ErrClosed
	default:
	}
	if invalid != nil {
		return invalid
	}
	return ctx.Err()
}

// failure turns what a driver or database/sql says into what a catalog.Store says.
// A conflict and an invalid argument pass as they are.
func (s *Store) failure(ctx context.Context, method string, err error) error {
	var (
		conflict *catalog.ConflictError
		unknown  *commitError
	)
	switch {
	case err == nil || errors.As(err, &conflict) || errors.Is(err, catalog.ErrInvalid):
		return err
	case errors.As(err, &unknown): // the context did not prevent it
	case ctx.Err() != nil:
		err = ctx.Err()
	case s.usable(context.WithoutCancel(ctx), nil) != nil:
		err = catalog.ErrClosed
	}
	if s.dialect.full(err) {
		err = fmt.Errorf("%w: %w", catalog.ErrStoreFull, err)
	}
	return fmt.Errorf("store: %s: %w", method, err)
}
