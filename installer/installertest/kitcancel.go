package installertest

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/patchbay/patchbay/installer"
)

func cancelTopics() []topic {
	return []topic{
		{"Cancel/BeforeInstall", testCancelled},
		{"Cancel/WhileFetching", testCancelWhileFetching},
		{"Cancel/AtEachReport", testCancelAtEachReport},
	}
}

func testCancelled(k *kit) {
	ctx, cancel := context.WithCancel(k.Context())
	cancel()
	_, err := k.Install(ctx, Package("mail", "1.0.0"), nil)
	k.bad("Install", err, context.Canceled)
	k.only()

	r := k.install(Package("mail", "1.0.0"))
	k.bad("Verify", k.Verify(ctx, r), context.Canceled)
	_, err = k.Install(ctx, Package("mail", "1.0.0"), nil)
	k.bad("Install what is there", err, context.Canceled)
	k.bad("Remove", k.Remove(ctx, r), context.Canceled)
	k.only(r)
}

// hanging hands out some bytes and then waits until it is closed.
type hanging struct {
	io.Reader

	once   sync.Once
	closed chan struct{}
	waits  func()
}

func (h *hanging) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if err == nil {
		return n, nil
	}
	h.waits()
	<-h.closed
	return n, io.ErrClosedPipe
}

func (h *hanging) Close() error {
	h.once.Do(func() { close(h.closed) })
	return nil
}

func testCancelWhileFetching(k *kit) {
	const patience = 20 * time.Second
	ctx, cancel := context.WithCancel(k.Context())
	defer cancel()
	pkg := Package("mail", "1.0.0", sampleFiles()...)
	wrap(pkg, func(body io.ReadCloser) io.ReadCloser {
		return &hanging{Reader: io.LimitReader(body, 100), closed: make(chan struct{}), waits: cancel}
	})
	done := make(chan error, 1)
	go func() {
		_, err := k.Install(ctx, pkg, nil)
		done <- err
	}()
	select {
	case err := <-done:
		k.bad("Install", err, context.Canceled)
	case <-time.After(patience):
		k.Fatalf("Install goes on %v after its context has ended", patience)
	}
	k.only()
}

// testCancelAtEachReport ends the context from within a report. An Install that
// is past the point of no return may still succeed.
func testCancelAtEachReport(k *kit) {
	for i := range 10 {
		ctx, cancel := context.WithCancel(k.Context())
		reports := 0
		r, err := k.Install(ctx, Package("mail", "1.0.0"), func(installer.Progress) {
			if reports == i {
				cancel()
			}
			reports++
		})
		cancel()
		if err == nil {
			k.only(r)
			return
		}
		k.bad("Install", err, context.Canceled)
		k.only()
	}
	k.Fatalf("Install never ends")
}
