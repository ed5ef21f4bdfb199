package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/catalog"
)

const (
	bareInsert = "bare SQLite insert"
	aloneName  = "ours alone"
	writers    = 16
)

// connectWorks create connections: policy, validation, sealing, audit and one
// durable commit, beside a bare insert of as many bytes into the same kind of
// database.
func connectWorks() []work {
	return []work{
		{name: "connect/alone", path: "create a connection, SQLite, whole path", grows: "batch", setup: func(b *bed) (*trial, error) {
			return connectTrial(b, 1)
		}},
		{name: "connect/16", path: "create connections, SQLite, 16 writers", grows: "batch", setup: func(b *bed) (*trial, error) {
			return connectTrial(b, writers)
		}},
	}
}

func connectTrial(b *bed, by int) (*trial, error) {
	o, err := openOffice(b.dir, "", nil, nil)
	if err != nil {
		return nil, err
	}
	leave, insert, err := bareTable(filepath.Join(o.dir, "bare.db"))
	if err != nil {
		return nil, errors.Join(err, o.close())
	}
	var made atomic.Int64
	create := func() error { _, err := o.create(made.Add(1)); return err }
	t := &trial{
		same:   func() error { return o.sameConnection(made.Add(1)) },
		ours:   side{name: "ours", run: func(n int) error { return atOnce(by, n, create) }, durable: by},
		peers:  []side{{name: bareInsert, run: func(n int) error { return atOnce(1, n, insert) }, durable: 1}},
		goals:  []goal{atMost(bareInsert, 1.5)},
		folder: o.dir,
		close:  func() error { return errors.Join(leave(), o.close()) },
	}
	if by > 1 {
		t.peers = append(t.peers, side{name: aloneName, run: func(n int) error { return atOnce(1, n, create) }, durable: 1})
		t.goals = []goal{atMost(aloneName, 0.25)}
	}
	return t, nil
}

// atOnce does something n times, by so many goroutines.
func atOnce(by, n int, do func() error) error {
	if by == 1 {
		for range n {
			if err := do(); err != nil {
				return err
			}
		}
		return nil
	}
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	errs := make([]error, min(by, n))
	for i := range errs {
		wg.Go(func() {
			for left.Add(-1) >= 0 && errs[i] == nil {
				errs[i] = do()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (o *office) create(i int64) (*catalog.Connection, error) {
	return o.conns.Create(background, officeKey, paramScheme, &catalog.ConnectionRequest{
		Name: fmt.Sprintf("connection %d", i), Params: map[string]any{"token": auth.NewSecret(fmt.Sprintf("secret-%0300d", i)), "region": "eu"},
	})
}

// sameConnection sees to it that what was created is there, was decided by the
// policy, and that its name is taken.
func (o *office) sameConnection(i int64) error {
	made, err := o.create(i)
	if err != nil {
		return err
	}
	read, err := o.conns.Get(background, made.ID)
	if err != nil {
		return err
	}
	if read.Name != made.Name || read.Admitted.Policy != "finance" || read.Params["region"] != "eu" {
		return fmt.Errorf("created %+v, read %+v", made, read)
	}
	if _, err := o.create(i); !errors.Is(err, catalog.ErrExists) {
		return fmt.Errorf("a name was given twice: %w", err)
	}
	return nil
}

// bareTable is a table of keys and values, and what inserts 500 bytes into it
// that were never there before.
func bareTable(path string) (leave, insert func() error, err error) {
	db, err := openSQLite(path)
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(background, "create table kv(k text primary key, v blob) without rowid"); err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	statement, err := db.PrepareContext(background, "insert into kv values(?, ?)")
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	i, value := uint64(0), make([]byte, 500)
	return func() error { return errors.Join(statement.Close(), db.Close()) }, func() error {
		i++
		binary.LittleEndian.PutUint64(value, i)
		_, err := statement.ExecContext(background, fmt.Sprintf("tenant/connection/%012d", i), value)
		return err
	}, nil
}
