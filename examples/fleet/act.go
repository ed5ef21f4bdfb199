package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/patchbay/patchbay/connector"
)

// deed is what a process did.
type deed string

const (
	opened     deed = "open"
	started    deed = "install"   // an operation: What is its id
	fetches    deed = "fetch"     // a package: What is its file
	installed  deed = "installed" // one connector, by the operation What
	connected  deed = "connect"   // What is the connection's id
	taken      deed = "taken"     // no connection: the name was another's
	refused    deed = "refused"   // no connection: the policy
	renamed    deed = "rename"
	shared     deed = "share"
	deleted    deed = "delete"
	put        deed = "put policy"
	assigned   deed = "assign"
	unassigned deed = "unassign"
)

// act is one thing that a process did. It is told after the catalog has said that
// it is done: nothing that was told may be lost.
type act struct {
	By   string `json:"by"`
	Did  deed   `json:"did"`
	What string `json:"what,omitempty"`

	Key      connector.Key `json:"key,omitempty"` // of put policy: the connector it closes
	Version  string        `json:"version,omitempty"`
	Name     string        `json:"name,omitempty"`
	Policy   string        `json:"policy,omitempty"` // that was written, assigned, or decided
	Revision int64         `json:"revision,omitempty"`
}

// notebook is where a process writes what it did, one JSON object on each line.
type notebook struct {
	mu sync.Mutex
	by string
	to *json.Encoder
}

func newNotebook(by string, w io.Writer) *notebook { return &notebook{by: by, to: json.NewEncoder(w)} }

func (n *notebook) note(a *act) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	a.By = n.by
	return n.to.Encode(a)
}

// readActs reads what a notebook has written, up to a line that was cut off.
func readActs(r io.Reader, each func(a act) error) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
			return nil
		}
		var a act
		if err == nil {
			err = json.Unmarshal(line, &a)
		}
		if err == nil {
			err = each(a)
		}
		if err != nil {
			return fmt.Errorf("acts: %w", err)
		}
	}
}

// actsFile has the acts of all processes, for the checks.
func (cfg *config) actsFile() string { return filepath.Join(cfg.dir, "acts.jsonl") }

func (cfg *config) acts() (all []act, err error) {
	f, err := os.Open(cfg.actsFile()) //nolint:gosec // the folder is the user's choice
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	err = readActs(f, func(a act) error {
		all = append(all, a)
		return nil
	})
	return all, err
}
