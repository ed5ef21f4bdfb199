package pgcluster

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/patchbay/patchbay/internal/integration/pgserver"
)

// Variables by which whoever runs the tests says what to do about PostgreSQL.
const (
	DSNEnv     = "PATCHBAY_POSTGRES_DSN"     // a server to use; each test has a schema of its own in it
	RequireEnv = "PATCHBAY_REQUIRE_POSTGRES" // 1: to have none is a failure
)

//nolint:gochecknoglobals // TestMain has nowhere else to look
var started struct {
	once   sync.Once
	server *pgserver.Server
	err    error
}

// Need returns the program's own server, and skips the test if there cannot be one, or fails it where RequireEnv
// says so. It is safe for concurrent use; all callers share the server.
func Need(tb testing.TB) *pgserver.Server {
	tb.Helper()
	started.once.Do(func() { started.server, started.err = pgserver.Start(context.Background()) }) // it outlives the test
	switch {
	case started.err == nil:
	case os.Getenv(RequireEnv) == "1":
		tb.Fatalf("%s=1, and there is no PostgreSQL: %v", RequireEnv, started.err)
	default:
		tb.Skipf("no PostgreSQL, and %s is not set: %v", DSNEnv, started.err)
	}
	return started.server
}

// NeedOwn is Need for a test that does to the server what nobody else's server must suffer: it is skipped when
// the environment names one.
func NeedOwn(tb testing.TB) *pgserver.Server {
	tb.Helper()
	if os.Getenv(DSNEnv) != "" {
		tb.Skipf("the server that %s names is not ours to crash", DSNEnv)
	}
	return Need(tb)
}

// Stop stops the program's own server, if there is one, and removes its files. It is for the end of TestMain.
func Stop() error {
	if started.server == nil {
		return nil
	}
	return started.server.Stop()
}
