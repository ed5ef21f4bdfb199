package auth

import (
	"sync"
	"time"
)

// openFunc is the Open of an AEAD. Kept as a function, the key in it is out of
// reach of printers that walk unexported fields.
type openFunc func(dst, nonce, ciphertext, additionalData []byte) ([]byte, error)

// keyCache keeps unwrapped data keys by the header of their envelope, for half of
// ttl to ttl. It has two halves: new keys go into the young one; every ttl/2, and
// when that is full, it becomes the old one and what was the old one is dropped. So
// nothing needs to be looked at to be forgotten, and an idle cache empties itself.
type keyCache struct {
	half int           // most keys in one half; 0 keeps nothing
	turn time.Duration // between two turns

	mu         sync.RWMutex
	young, old map[string]openFunc
	turning    bool // a turn is scheduled
}

func newKeyCache(size int, ttl time.Duration) *keyCache {
	if size < 0 || ttl < 0 {
		return &keyCache{}
	}
	return &keyCache{half: max(size/2, 1), turn: max(ttl/2, 1)}
}

func (c *keyCache) get(header []byte) openFunc {
	if c.half == 0 {
		return nil
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	if open, ok := c.young[string(header)]; ok {
		return open
	}
	return c.old[string(header)]
}

func (c *keyCache) put(header []byte, open openFunc) {
	if c.half == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.young) >= c.half {
		c.old, c.young = c.young, nil
	}
	if c.young == nil {
		c.young = make(map[string]openFunc)
	}
	c.young[string(header)] = open
	if !c.turning {
		c.turning = true
		time.AfterFunc(c.turn, c.turnOver)
	}
}

// turnOver drops the old half, and comes back while there is something to drop.
func (c *keyCache) turnOver() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.old, c.young = c.young, nil
	if c.turning = len(c.old) > 0; c.turning {
		time.AfterFunc(c.turn, c.turnOver)
	}
}
