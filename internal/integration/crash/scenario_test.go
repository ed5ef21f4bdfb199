package crash_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/patchbay/patchbay/catalog"
)

// scenario is what a worker does, once, before it ends. Doing it again must be
// possible whatever became of the first time.
type scenario struct {
	name    string
	prepare func(ctx context.Context, h *home) error // from a directory with nothing but a feed; nil: nothing
	do      func(ctx context.Context, h *home) error
	version []string // one of which every connector is at, before it and after; "" when it is not published
	made    []string // names of the connections that are there before it
	makes   string   // the name of the connection that it makes
	rotates bool     // it replaces the key
}

var scenarios = []scenario{
	{name: "install", do: install(older), version: []string{"", older}},
	{name: "upgrade", prepare: install(older), do: install(newer), version: []string{older, newer}},
	{name: "rollback", prepare: inTurn(install(older), install(newer)), do: install(older), version: []string{newer, older}},
	{
		name: "connect", prepare: inTurn(install(older), connect("first")), do: connect("second"),
		version: []string{older}, made: []string{"first"}, makes: "second",
	},
	{
		name: "rotate", prepare: inTurn(install(older), connect("first"), connect("second"), connect("third")), do: rotate,
		version: []string{older}, made: []string{"first", "second", "third"}, rotates: true,
	},
}

func inTurn(steps ...func(context.Context, *home) error) func(context.Context, *home) error {
	return func(ctx context.Context, h *home) error {
		for _, step := range steps {
			if err := step(ctx, h); err != nil {
				return err
			}
		}
		return nil
	}
}

// install makes a version of each connector the active one.
func install(version string) func(context.Context, *home) error {
	return func(ctx context.Context, h *home) error {
		var choices []catalog.Choice
		for _, key := range connectors {
			choices = append(choices, catalog.Pick(string(key), version))
		}
		plan, err := h.admin.Plan(ctx, choices...)
		if err != nil {
			return err
		}
		op, err := h.admin.Install(ctx, plan)
		if err != nil {
			return err
		}
		st, err := op.Wait(ctx)
		if err != nil {
			return err
		}
		for _, it := range st.Items {
			if it.State == catalog.Failed {
				err = errors.Join(err, fmt.Errorf("%s: %s", it.Key, it.Err))
			}
		}
		return err
	}
}

// connect makes a connection, unless there is one of that name.
func connect(name string) func(context.Context, *home) error {
	return func(ctx context.Context, h *home) error {
		_, err := h.conns().Create(ctx, string(connectors[0]), "key", &catalog.ConnectionRequest{
			Name: name, Params: map[string]any{"token": secretOf(name)},
		})
		if errors.Is(err, catalog.ErrExists) {
			return nil // the list is checked
		}
		return err
	}
}

func secretOf(name string) string { return "secret of " + name }

// rotate replaces the key and destroys all older ones.
func rotate(ctx context.Context, h *home) error {
	current, err := h.keys.Rotate(ctx)
	if err != nil {
		return err
	}
	if _, err := h.admin.Rewrap(ctx); err != nil {
		return err
	}
	for _, id := range h.keys.KeyIDs() {
		if id == current {
			continue
		}
		if err := h.keys.Destroy(ctx, id, h.admin.KeyInUse); err != nil {
			return err
		}
	}
	return nil
}

// carried is the secret that the requests of a connection carry.
func (h *home) carried(ctx context.Context, id string) (string, error) {
	client, err := h.conns().Client(ctx, id)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.example.com/", nil)
	if err != nil {
		return "", err
	}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return string(body), err
}
