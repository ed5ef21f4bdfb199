package sample

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// IndexPath is where ServeHTTP serves the index.
const IndexPath = "/index.json"

// chunk is how many bytes Pace measures by.
const chunk = 16 << 10

// ServeHTTP serves the index and the packages.
func (f *Feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == IndexPath {
		sum := sha256.Sum256(f.index)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.index))
		return
	}
	data, ok := f.packages[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	f.served.Add(1)
	if f.isDamaged(r.URL.Path) {
		data = slices.Clone(data)
		data[len(data)/2] ^= 1
	}
	w.Header().Set("Content-Type", "application/gzip")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	for part := range slices.Chunk(data, chunk) {
		if pace := time.Duration(f.pace.Load()); pace > 0 && !sleep(r, pace) {
			return
		}
		if _, err := w.Write(part); err != nil {
			return // the client has gone
		}
		_ = http.NewResponseController(w).Flush() // at worst the bytes come later
	}
}

func (f *Feed) isDamaged(path string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.damaged[path]
}

// sleep reports false when the client has gone meanwhile.
func sleep(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-r.Context().Done():
		return false
	case <-t.C:
		return true
	}
}
