package sqlstore

import (
	"context"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// Watch implements catalog.Watcher. It costs one read of one row every
// Options.PollInterval until ctx ends.
func (s *Store) Watch(ctx context.Context) (<-chan struct{}, error) {
	if err := s.usable(ctx, nil); err != nil {
		return nil, s.failure(ctx, "watch", err)
	}
	st, err := s.state(ctx)
	if err != nil {
		return nil, s.failure(ctx, "watch", err)
	}
	if s.saw(st.revision) {
		s.hub.Notify() // else the pollers of the others would miss it
	}
	s.life.Lock()
	defer s.life.Unlock()
	if err := s.usable(ctx, nil); err != nil {
		return nil, s.failure(ctx, "watch", err)
	}
	wake := s.hub.Subscribe(ctx)
	s.polling.Go(func() { s.poll(ctx) })
	return wake, nil
}

// poll looks for commits of others until ctx ends or the store is closed.
func (s *Store) poll(ctx context.Context) {
	tick := time.NewTicker(s.o.PollInterval)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.closing:
			return
		case <-ctx.Done():
			return
		}
		// An error passes by itself or is met by whoever reads next.
		if st, err := s.state(ctx); err == nil && s.saw(st.revision) {
			s.hub.Notify()
		}
	}
}

// saw notes the newest revision, and reports whether it is another one. It may be a
// smaller one when the storage was replaced by an older one.
func (s *Store) saw(rev catalog.Revision) bool {
	return s.newest.Swap(int64(rev)) != int64(rev)
}
