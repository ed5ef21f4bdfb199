package authtest

import (
	"context"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
)

// KeyWrapperOptions tell TestKeyWrapper what else the wrapper under test can do.
// The zero value leaves out what needs more than one key.
type KeyWrapperOptions struct {
	// Rotate makes another key of w, which open returned, the current one, and
	// keeps the one before it for unwrapping. nil leaves those topics out.
	Rotate func(t *testing.T, w auth.KeyWrapper)
	// Reopen returns a second wrapper on the keys of w, as the next process would open
	// it. nil leaves that topic out, for keys that die with the process.
	Reopen func(t *testing.T, w auth.KeyWrapper) auth.KeyWrapper
	// Positions is at how many places a wrapped key is altered, one call of Unwrap
	// each, for a wrapper whose calls are slow or cost money. 0 means every byte.
	Positions int
	// Timeout is how long one topic may take, by the context its calls get. 0 means
	// one minute.
	Timeout time.Duration
}

// TestKeyWrapper is the kit that every auth.KeyWrapper passes (C8). open returns a
// wrapper that is ready, and cleans up with t.Cleanup; two of them may have the same
// keys or different ones. o may be nil.
//
// Each topic is a subtest. Run it with -race.
func TestKeyWrapper(t *testing.T, open func(t *testing.T) auth.KeyWrapper, o *KeyWrapperOptions) {
	t.Helper()
	if o == nil {
		o = &KeyWrapperOptions{}
	}
	timeout := o.Timeout
	if timeout <= 0 {
		timeout = time.Minute
	}
	for _, topic := range keyTopics() {
		t.Run(topic.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), timeout)
			defer cancel()
			k := &keyKit{keyT: t, ctx: ctx, keys: open(t), positions: o.Positions}
			if o.Rotate != nil {
				k.rotate = func() { o.Rotate(t, k.keys) }
			}
			if o.Reopen != nil {
				k.reopen = func() auth.KeyWrapper { return o.Reopen(t, k.keys) }
			}
			if why := topic.missing(k); why != "" {
				t.Skip(why)
			}
			topic.run(k)
		})
	}
}

// keyTopic is one subtest of TestKeyWrapper.
type keyTopic struct {
	name  string
	run   func(k *keyKit)
	needs keyNeed
}

type keyNeed uint8

const (
	needRotate keyNeed = 1 << iota
	needReopen
)

// missing says why the topic cannot be run, or nothing when it can.
func (topic keyTopic) missing(k *keyKit) string {
	switch {
	case topic.needs&needRotate != 0 && k.rotate == nil:
		return "KeyWrapperOptions.Rotate is not set"
	case topic.needs&needReopen != 0 && k.reopen == nil:
		return "these keys cannot be opened again"
	}
	return ""
}

func keyTopics() []keyTopic {
	return []keyTopic{
		{"current key", keyCurrent, 0},
		{"round trip", keyRoundTrip, 0},
		{"wrapped key shows nothing", keyShowsNothing, 0},
		{"altered wrapped key", keyAltered, 0},
		{"cut wrapped key", keyCut, 0},
		{"unknown key", keyUnknown, 0},
		{"nothing is shared", keyNothingShared, 0},
		{"context", keyContext, 0},
		{"at once", keyAtOnce, 0},
		{"rotation", keyRotation, needRotate},
		{"wrapped under another key", keySwapped, needRotate},
		{"rotation at once", keyRotationAtOnce, needRotate},
		{"reopen", keyReopen, needReopen},
		{"seals", keySeals, 0},
	}
}
