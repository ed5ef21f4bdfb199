package sqlstore

import (
	"fmt"
	"time"

	"github.com/patchbay/patchbay/catalog"
)

// Options are the options of Open.
type Options struct {
	// Prefix begins the name of every table and index. It is made of a-z, 0-9
	// and _, does not begin with a digit, and has at most 32 bytes. Empty means
	// "patchbay_". Stores with different prefixes in one database are different
	// stores.
	Prefix string
	// Deletions is how many deletions are remembered for Changes, at most. When
	// more come, the oldest are forgotten, and a caller that has not read
	// them gets catalog.ErrCompacted. 0 means 10,000; less than 0 means none. Processes
	// that share a database should agree on it.
	Deletions int
	// BusyTimeout is how long a call whose context has no deadline waits for
	// others who have locked the database, before it fails with ErrBusy, and for a
	// server that is out of reach. 0 or less means 30 seconds.
	BusyTimeout time.Duration
	// PollInterval is how often a channel of Watch looks for commits of other
	// handles and processes: one read of one row. Commits of this Store are told at once. 0 or
	// less means 500 milliseconds.
	PollInterval time.Duration
	// Now is the clock of a SQLite store, whose processes share one machine. nil
	// means time.Now. It is called from many goroutines. A PostgreSQL store asks the server.
	Now func() time.Time
}

const (
	defaultPrefix       = "patchbay_"
	maxPrefix           = 32
	defaultDeletions    = 10_000
	defaultBusyTimeout  = 30 * time.Second
	defaultPollInterval = 500 * time.Millisecond
)

// withDefaults returns the options to use, or what is wrong with them.
func (o *Options) withDefaults() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	if c.Prefix == "" {
		c.Prefix = defaultPrefix
	}
	if c.Deletions == 0 {
		c.Deletions = defaultDeletions
	}
	c.Deletions = max(c.Deletions, 0)
	if c.BusyTimeout <= 0 {
		c.BusyTimeout = defaultBusyTimeout
	}
	if c.PollInterval <= 0 {
		c.PollInterval = defaultPollInterval
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if !validPrefix(c.Prefix) {
		return c, fmt.Errorf("prefix %.40q is not 1 to %d of a-z, 0-9 and _, beginning with no digit: %w",
			c.Prefix, maxPrefix, catalog.ErrInvalid)
	}
	return c, nil
}

// validPrefix keeps everything out of SQL text that could mean something there.
func validPrefix(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c == '_'
		digit := c >= '0' && c <= '9'
		if !letter && (!digit || i == 0) {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= maxPrefix
}
