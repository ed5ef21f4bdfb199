package main

import (
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"time"
)

// bareSync returns how long one fdatasync of 512 new bytes takes in a folder: the
// fast ones, since it is a floor. The bytes differ each time, because what is
// rewritten with the same bytes need not be written at all.
func bareSync(folder string) (d time.Duration, err error) {
	f, err := os.CreateTemp(folder, "sync")
	if err != nil {
		return 0, err
	}
	defer func() {
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	}()
	const room = 1 << 20
	if _, err := f.Write(make([]byte, room)); err != nil {
		return 0, err
	}
	if err := f.Sync(); err != nil {
		return 0, err
	}
	var took []time.Duration
	block := make([]byte, 512)
	for i := range 200 {
		binary.LittleEndian.PutUint64(block, uint64(i)+1)
		begun := time.Now()
		if _, err := f.WriteAt(block, int64(i*512%room)); err != nil {
			return 0, err
		}
		if err := datasync(f); err != nil {
			return 0, err
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	return took[len(took)/10], nil
}
