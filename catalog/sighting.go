package catalog

import (
	"sync"
	"time"

	"github.com/patchbay/patchbay/connector"
)

// sightings remembers leases that others hold, since when each has looked as it
// does. A holder renews its lease well before its length has passed; one that has not is
// gone, whatever the store's clock says, which may have been set back.
type sightings struct {
	mu sync.Mutex
	of map[connector.Key]sighting
}

type sighting struct {
	rev  Revision
	from time.Time // by this process's clock, which does not jump
}

// held reports whether somebody holds the lease that rec is the record of.
func (s *sightings) held(key connector.Key, rec *leaseRecord, rev Revision, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if rev == 0 || !now.Before(rec.Until) {
		delete(s.of, key)
		return false
	}
	seen, ok := s.of[key]
	if !ok || seen.rev != rev {
		seen = sighting{rev, time.Now()}
		if s.of == nil {
			s.of = map[connector.Key]sighting{}
		}
		s.of[key] = seen
	}
	return time.Since(seen.from) < rec.Length
}

func (s *sightings) forget(key connector.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.of, key)
}
