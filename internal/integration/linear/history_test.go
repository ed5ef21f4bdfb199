package linear_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
)

// call is one operation of a history.
type call[I, O any] struct {
	Client int
	In     I
	Begun  int64 // nanoseconds of a clock that all processes of the machine share
	Out    *O    // nil when nobody has lived to tell
	Ended  int64 // never, if it may take effect at any time
}

const never = math.MaxInt64

// line is half a call, as a process writes it down: what is asked before it is, and what was answered after.
type line struct {
	Client int
	N      int // of the client
	At     int64
	In     json.RawMessage `json:",omitempty"`
	Out    json.RawMessage `json:",omitempty"`
}

// history returns the calls in the logs. What a kill has cut off was not done yet when it should have been
// written down before, and is as good as not known when after.
func history[I, O any](logs []string) ([]call[I, O], error) {
	var all []call[I, O]
	for _, path := range logs {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // killed before it had begun
		}
		if err != nil {
			return nil, err
		}
		open := map[[2]int]int{}
		for {
			text2, rest, whole := bytes.Cut(text, []byte("\n"))
			if !whole {
				break
			}
			text = rest
			var l line
			if err := json.Unmarshal(text2, &l); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			id := [2]int{l.Client, l.N}
			if l.In != nil {
				c := call[I, O]{Client: l.Client, Begun: l.At, Ended: never}
				if err := json.Unmarshal(l.In, &c.In); err != nil {
					return nil, fmt.Errorf("%s: %w", path, err)
				}
				open[id] = len(all)
				all = append(all, c)
				continue
			}
			i, known := open[id]
			if !known {
				return nil, fmt.Errorf("%s: an answer to nothing: %s", path, text2)
			}
			all[i].Ended, all[i].Out = l.At, new(O)
			if err := json.Unmarshal(l.Out, all[i].Out); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return all, nil
}

// pen writes the log of a process.
type pen struct{ file *os.File }

// write writes a line at once: what the system has been given outlives the process.
func (p pen) write(l line) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = p.file.Write(append(text, '\n'))
	return err
}

// record does one call and writes both halves of it.
func record[I, O any](p pen, clock func() int64, client, n int, in I, do func(I) O) (O, error) {
	asked, err := json.Marshal(in)
	if err != nil {
		return *new(O), err
	}
	if err := p.write(line{Client: client, N: n, At: clock(), In: asked}); err != nil {
		return *new(O), err
	}
	out := do(in)
	at := clock()
	told, err := json.Marshal(out)
	if err != nil {
		return out, err
	}
	return out, p.write(line{Client: client, N: n, At: at, Out: told})
}
