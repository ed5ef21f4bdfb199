package strictjson

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
)

type tree struct {
	Kids  []tree          `json:"kids,omitempty"`
	ByKey map[string]tree `json:"byKey,omitempty"`
	Up    *tree           `json:"up,omitempty"`
}

func TestTypesThatContainThemselves(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			var v tree
			if f := Decode([]byte(`{"kids":[{"kids":[]},{"up":{"byKey":{"a":{"up":null}}}}]}`), &v, nil); len(f) != 0 {
				t.Errorf("%+v", f)
			}
			if len(v.Kids) != 2 || len(v.Kids[1].Up.ByKey) != 1 {
				t.Errorf("%+v", v)
			}
		})
	}
	wg.Wait()
}

type upper string

func (u *upper) UnmarshalJSON(b []byte) error {
	if string(b) == `"no"` {
		return errors.New("no is not allowed")
	}
	*u = upper(strings.ToUpper(string(b)))
	return nil
}

func TestUnmarshaler(t *testing.T) {
	t.Parallel()
	var v []upper
	f := Decode([]byte(`["a",{"b":1},"no",null]`), &v, nil)
	if len(f) != 2 || f[0].Reason != "no is not allowed" || f[1].Reason != "want a value, got null" {
		t.Errorf("%+v", f)
	}
	if v[0] != `"A"` || v[1] != `{"B":1}` {
		t.Error(v)
	}
}

func TestTypesThatCannotBeDecodedAreAFault(t *testing.T) {
	t.Parallel()
	type embeds struct{ inner }
	type quoted struct {
		N int `json:"n,string"`
	}
	type twice struct {
		A int `json:"B"`
		B int `json:",omitempty"`
	}
	for _, v := range []any{
		nil, 1, (*int)(nil), new(func()), new([2]int), new([]byte), new(map[int]string), new(io.Reader),
		new(embeds), new(quoted), new(twice), new([]map[string]chan int), new(json.Marshaler),
	} {
		if f := Decode([]byte(`{}`), v, nil); len(f) != 1 || !f[0].Fatal || !strings.HasPrefix(f[0].Reason, "cannot decode into") {
			t.Errorf("%T: %+v", v, f)
		}
	}
}
