package auth

import (
	"bytes"
	"database/sql/driver"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	htmltemplate "html/template"
	"log"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
)

const hush = "s3cr3t-Qanat/ü"

// holder has a Secret wherever a program may put one: printers ask no methods
// of unexported fields.
type holder struct {
	Public  Secret            `json:"public" xml:"public"`
	Pointer *Secret           `json:"pointer" xml:"pointer"`
	List    []Secret          `json:"list" xml:"list"`
	Map     map[string]Secret `json:"map" xml:"-"`
	Any     any               `json:"any" xml:"any"`
	private Secret
	deep    *holder
}

func newHolder() holder {
	s := NewSecret(hush)
	return holder{
		Public: s, Pointer: &s, List: []Secret{s}, Map: map[string]Secret{"k": s}, Any: s, private: s,
		deep: &holder{private: s, Pointer: &s},
	}
}

// sinks are the places where values end up by mistake. What a sink fails with
// is output too.
func sinks() map[string]func(s Secret, h holder) string {
	all := map[string]func(Secret, holder) string{
		"String":   func(s Secret, _ holder) string { return s.String() },
		"GoString": func(s Secret, _ holder) string { return s.GoString() },
		"Sprint":   func(s Secret, h holder) string { return fmt.Sprint(s, &s, h, &h, h.List, h.Map) },
		"Sprintln": func(s Secret, h holder) string { return fmt.Sprintln(s, h) },
		"Append":   func(s Secret, h holder) string { return string(fmt.Append(nil, s, h)) },
		"Errorf":   func(s Secret, h holder) string { return fmt.Errorf("%s %+v: %w", s, h, errors.ErrUnsupported).Error() },
		"errors.Join": func(s Secret, h holder) string {
			return errors.Join(fmt.Errorf("a %v", s), fmt.Errorf("b %+v", h)).Error()
		},
		"log": func(s Secret, h holder) string {
			var b bytes.Buffer
			log.New(&b, "", 0).Print(s, h)
			log.New(&b, "", 0).Printf("%v %#v", s, h)
			return b.String()
		},
		"slog text": func(s Secret, h holder) string {
			var b bytes.Buffer
			slog.New(slog.NewTextHandler(&b, nil)).Info("m", "s", s, "h", h, slog.Group("g", "p", &s))
			return b.String()
		},
		"slog json": func(s Secret, h holder) string {
			var b bytes.Buffer
			slog.New(slog.NewJSONHandler(&b, nil)).With("w", s).Info("m", "s", s, "h", h, "list", h.List)
			return b.String()
		},
		"slog value": func(s Secret, _ holder) string { return slog.AnyValue(s).Resolve().String() },
		"json":       func(s Secret, h holder) string { return both(json.Marshal([]any{s, &s, h, h.Map})) },
		"json indent": func(_ Secret, h holder) string {
			return both(json.MarshalIndent(h, "", " "))
		},
		"json stream": func(s Secret, h holder) string {
			var b bytes.Buffer
			err := json.NewEncoder(&b).Encode([]any{s, h})
			return b.String() + fmt.Sprint(err)
		},
		"xml":        func(s Secret, _ holder) string { return both(xml.Marshal(s)) },
		"xml struct": func(_ Secret, h holder) string { return both(xml.Marshal(h)) },
		"xml attribute": func(s Secret, _ holder) string {
			return both(xml.Marshal(struct {
				S Secret `xml:"s,attr"`
			}{s}))
		},
		"text": func(s Secret, _ holder) string { return both(s.MarshalText()) },
		"gob": func(s Secret, _ holder) string {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(struct{ S Secret }{s})
			return b.String() + fmt.Sprint(err)
		},
		"asn1":   func(s Secret, h holder) string { return both(asn1.Marshal(s)) + both(asn1.Marshal(h)) },
		"binary": func(s Secret, h holder) string { return both(binary.Append(nil, binary.LittleEndian, s)) },
		"template": func(s Secret, h holder) string {
			var b bytes.Buffer
			err := template.Must(template.New("").Parse(`{{.}} {{.Public}} {{printf "%s" .List}} {{js .Public}} {{html .Public}}`)).Execute(&b, h)
			return b.String() + fmt.Sprint(err)
		},
		"html template": func(s Secret, h holder) string {
			var b bytes.Buffer
			err := htmltemplate.Must(htmltemplate.New("").Parse(`<a href="{{.Public}}">{{.}}</a><script>{{.Public}}</script>`)).Execute(&b, h)
			return b.String() + fmt.Sprint(err)
		},
		"flag default": func(s Secret, _ holder) string {
			var b bytes.Buffer
			set := flag.NewFlagSet("x", flag.ContinueOnError)
			set.SetOutput(&b)
			var into Secret
			set.TextVar(&into, "secret", s, "a secret")
			set.PrintDefaults()
			return b.String()
		},
		"panic": func(s Secret, h holder) (text string) {
			defer func() { text = fmt.Sprint(recover()) }()
			panic(h)
		},
		"cmp.Diff": func(s Secret, h holder) string { return cmp.Diff(s, NewSecret("other")) },
		"assert diff": func(s Secret, h holder) string {
			return failing(func(t assert.TestingT) { assert.Equal(t, holder{}, h) })
		},
		"assert value": func(s Secret, h holder) string {
			return failing(func(t assert.TestingT) { assert.Equal(t, s, NewSecret("other")) })
		},
		"reflect value": func(s Secret, h holder) string {
			v := reflect.ValueOf(h)
			return fmt.Sprint(v, v.Field(0), v.Field(0).Field(0), v.FieldByName("private"))
		},
		"reflect call": func(s Secret, _ holder) (text string) {
			defer func() { text = fmt.Sprint(recover()) }()
			return fmt.Sprint(reflect.ValueOf(s).Field(0).Call(nil))
		},
	}
	for _, verb := range "vsqxXdtTbcoOUeEfFgGpw" {
		for _, flags := range []string{"", "+", "#", "-20.3", "08", " ", "[1]"} {
			format := "%" + flags + string(verb)
			all["Sprintf "+format] = func(s Secret, h holder) string {
				return fmt.Sprintf(format, s) + fmt.Sprintf(format, &s) + fmt.Sprintf(format, h) +
					fmt.Sprintf(format, &h) + fmt.Sprintf(format, []any{s, h})
			}
		}
	}
	return all
}

func both(b []byte, err error) string { return string(b) + fmt.Sprint(err) }

type recorder struct{ text strings.Builder }

func (r *recorder) Errorf(format string, args ...any) { fmt.Fprintf(&r.text, format, args...) }

func failing(do func(assert.TestingT)) string {
	var r recorder
	do(&r)
	return r.text.String()
}

func TestSecretShowsInNoSink(t *testing.T) {
	t.Parallel()
	all := sinks()
	if len(all) < 24 {
		t.Fatalf("only %d sinks", len(all))
	}
	leaks := []string{
		hush, "s3cr3t", "Qanat",
		hex.EncodeToString([]byte(hush)), strings.ToUpper(hex.EncodeToString([]byte(hush))),
		base64.StdEncoding.EncodeToString([]byte(hush)), fmt.Sprintf("%d", []byte(hush)),
	}
	for name, sink := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := sink(NewSecret(hush), newHolder())
			if out == "" {
				t.Error("no output: the sink tests nothing")
			}
			for _, leak := range leaks {
				if strings.Contains(out, leak) {
					t.Errorf("leaks %q: %s", leak, out)
				}
			}
		})
	}
}

func TestSecretZeroValueIsEmpty(t *testing.T) {
	t.Parallel()
	var s Secret
	if s.Reveal() != "" || !s.IsZero() || !s.Equal(NewSecret("")) || NewSecret("x").IsZero() {
		t.Error("the zero value is not the empty secret")
	}
	out, err := json.Marshal(struct {
		A Secret `json:"a,omitzero"`
		B Secret `json:"b,omitzero"`
	}{B: NewSecret("x")})
	if err != nil || string(out) != `{"b":"[redacted]"}` {
		t.Errorf("omitzero: %s, %v", out, err)
	}
}

func TestSecretEqual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{{"", "", true}, {"a", "a", true}, {"a", "b", false}, {"a", "", false}, {"a", "aa", false}} {
		if got := NewSecret(c.a).Equal(NewSecret(c.b)); got != c.want {
			t.Errorf("%q, %q: %t", c.a, c.b, got)
		}
	}
	if !cmp.Equal(newHolder().Public, NewSecret(hush)) {
		t.Error("go-cmp does not use Equal")
	}
}

func TestSecretIsReadFromJSON(t *testing.T) {
	t.Parallel()
	var in struct {
		S    Secret
		Kept Secret
	}
	in.Kept = NewSecret("kept")
	if err := json.Unmarshal([]byte(`{"S":"a\u0062c","Kept":null}`), &in); err != nil {
		t.Fatal(err)
	}
	if in.S.Reveal() != "abc" || in.Kept.Reveal() != "kept" {
		t.Errorf("read %q and %q", in.S.Reveal(), in.Kept.Reveal())
	}
	if err := json.Unmarshal([]byte(`{"S":""}`), &in); err != nil || !in.S.IsZero() {
		t.Errorf("the empty string: %v, %v", in.S.IsZero(), err)
	}
}

func TestSecretRefusesItsMask(t *testing.T) {
	t.Parallel()
	s := NewSecret("real")
	masked, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(masked, &s); err == nil || s.Reveal() != "real" {
		t.Errorf("the mask overwrote the value: %v", err)
	}
	if err := s.UnmarshalText([]byte(Redacted)); err == nil || s.Reveal() != "real" {
		t.Errorf("the mask overwrote the value: %v", err)
	}
	if err := s.UnmarshalText([]byte("next")); err != nil || s.Reveal() != "next" {
		t.Errorf("text was not read: %v", err)
	}
}

func TestSecretErrorsDoNotQuoteTheInput(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`81549300`, `{"v":"81549300"}`, `["81549300"]`, `true`} {
		var s Secret
		err := json.Unmarshal([]byte(in), &s)
		if err == nil || strings.Contains(err.Error(), "81549300") {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestSecretIsNotStoredByDatabaseSQL(t *testing.T) {
	t.Parallel()
	if v, err := driver.DefaultParameterConverter.ConvertValue(NewSecret(hush)); err == nil {
		t.Errorf("it was converted to %v", v)
	}
}
