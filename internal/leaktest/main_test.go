package leaktest

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestMain(m *testing.M) { Main(m) }

// suite is tests that end with a status, and leave a goroutine behind for a while.
type suite struct {
	code  int
	leaks <-chan time.Time
}

func (s suite) Run() int {
	if s.leaks != nil {
		go leak(s.leaks)
	}
	return s.code
}

func leak(until <-chan time.Time) { <-until }

func TestMainFailsForWhatIsLeft(t *testing.T) {
	end := make(chan time.Time)
	defer close(end)
	for _, c := range []struct {
		name     string
		suite    suite
		stop     error
		patience time.Duration
		want     int
		says     string
	}{
		{name: "none left"},
		{name: "left for a moment", suite: suite{leaks: time.After(time.Second)}, patience: patience},
		{name: "failed", suite: suite{code: 2}, want: 2},
		{name: "left", suite: suite{leaks: end}, want: 1, says: "leaktest.leak"},
		{name: "not stopped", stop: errors.New("still there"), want: 1, says: "still there"},
		{name: "failed, and not stopped", suite: suite{code: 2}, stop: errors.New("still there"), want: 2, says: "still there"},
		{name: "failed, and left", suite: suite{code: 2, leaks: end}, want: 2},
	} {
		var stderr bytes.Buffer
		assert.Equal(t, c.want, run(c.suite, []func() error{func() error { return c.stop }}, &stderr, c.patience), c.name)
		assert.Contains(t, stderr.String(), c.says, c.name)
		assert.Equal(t, c.says == "", stderr.Len() == 0, c.name)
	}
}
