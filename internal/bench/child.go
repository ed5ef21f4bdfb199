package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	repo "helm.sh/helm/v4/pkg/repo/v1"

	"github.com/patchbay/patchbay/catalog"
)

// childEnv names the measurement that this process was started for, and the
// file it is about.
const childEnv = "PATCHBAY_BENCH_CHILD"

// alone measures in a process of its own.
func alone(name, file string) func() (figures, error) {
	return func() (f figures, err error) {
		exe, err := os.Executable()
		if err != nil {
			return f, err
		}
		var out, complaint bytes.Buffer
		cmd := exec.CommandContext(background, exe) //nolint:gosec // this very program
		cmd.Env = append(os.Environ(), childEnv+"="+name+" "+file)
		cmd.Stdout, cmd.Stderr = &out, &complaint
		if err := cmd.Run(); err != nil {
			return f, fmt.Errorf("%s: %w: %s", name, err, complaint.Bytes())
		}
		return f, json.Unmarshal(out.Bytes(), &f)
	}
}

// children are what may be measured alone: what is loaded is looked at for its
// heap before it is released.
func children() map[string]func(file string) (loaded any, release func() error, err error) {
	ctx := context.Background()
	nothing := func() error { return nil }
	return map[string]func(string) (any, func() error, error){
		"load/helm": func(file string) (any, func() error, error) {
			x, err := repo.LoadIndexFile(file)
			return x, nothing, err
		},
		"load/ours":   func(file string) (any, func() error, error) { return inMemory(ctx, file) },
		"memory/ours": func(file string) (any, func() error, error) { return onDisk(ctx, file) },
		"load/same":   func(file string) (any, func() error, error) { return compared(ctx, file, inMemory) },
		"memory/same": func(file string) (any, func() error, error) { return compared(ctx, file, onDisk) },
	}
}

func compared(
	ctx context.Context, file string, open func(context.Context, string) (*catalog.Catalog, func() error, error),
) (any, func() error, error) {
	cat, release, err := open(ctx, file)
	if err != nil {
		return nil, nil, err
	}
	if err := sameLoaded(ctx, cat, strings.TrimSuffix(file, ".json")+"-helm.json"); err != nil {
		return nil, nil, errors.Join(err, release())
	}
	return nil, release, nil
}

func runChild(arg string, stdout, stderr io.Writer) int {
	name, file, _ := strings.Cut(arg, " ")
	load, ok := children()[name]
	if !ok {
		say(stderr, "there is nothing called %q\n", name)
		return 2
	}
	f, err := observe(func() (any, func() error, error) { return load(file) })
	if err == nil {
		err = json.NewEncoder(stdout).Encode(f)
	}
	if err != nil {
		say(stderr, "%v\n", err)
		return 1
	}
	return 0
}

// observe measures one call of load, with what it keeps and the most that the
// heap held meanwhile.
func observe(load func() (any, func() error, error)) (figures, error) {
	before := settled()
	stop := watchHeap()
	begun := time.Now()
	loaded, release, err := load()
	took := time.Since(begun)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	grown := stop()
	if err != nil {
		return figures{}, err
	}
	after := settled()
	runtime.KeepAlive(loaded)
	return figures{
		NS: float64(took), Allocs: float64(m.Mallocs - before.Mallocs), Bytes: float64(m.TotalAlloc - before.TotalAlloc),
		Kept: float64(after.HeapAlloc) - float64(before.HeapAlloc), Peak: grown,
	}, release()
}

// settled collects all garbage and returns what is left.
func settled() (m runtime.MemStats) {
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m
}
