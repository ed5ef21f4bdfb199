package governance

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/auth"
	"github.com/patchbay/patchbay/connector"
)

const hush = "hunter2-Qanat"

func secretPolicy() *Policy {
	return &Policy{ID: "p", Connectors: []Rule{{Match: "slack", Effect: Enable, Presets: []Preset{
		{Param: "client_id", Value: "public", Mode: PresetFixed},
		{Param: "client_secret", Secret: NewSecret(auth.NewSecret(hush)), Mode: PresetFixed, Hidden: true},
	}}}}
}

func TestG11_APresetSecretShowsNowhere(t *testing.T) {
	t.Parallel()
	p := secretPolicy()
	e := compileAll(t, []*Policy{p}, bound(Tenant("acme"), "p"))
	d := e.Decide(ada, "slack", oauth)
	secret := p.Connectors[0].Presets[1].Secret
	values := map[string]any{
		"policy": p, "secret": secret, "pointer": &secret, "decision": d, "record": d.Record(), "presets": d.Presets(),
		"explanation": e.Explain(ada, "slack", []auth.Scheme{*oauth}), "engine": e, "change": Put(p), "error": &DeniedError{d},
		"form": d.Form([]auth.Param{{Key: "client_secret", Secret: true}, {Key: "client_id"}}), "policy of the engine": e.Policy("p"),
	}
	for name, v := range values {
		var out strings.Builder
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, format, v)
		}
		slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&out, nil)).Info("x", "v", v)
		var b bytes.Buffer
		raw, errJSON := json.Marshal(v)
		_ = xml.NewEncoder(&b).Encode(v) // what has no such form writes nothing
		_ = gob.NewEncoder(&b).Encode(v)
		for _, leak := range []string{hush, fmt.Sprintf("%x", hush), fmt.Sprintf("%d", []byte(hush))} {
			if all := out.String() + string(raw) + b.String(); strings.Contains(all, leak) || errJSON != nil {
				t.Errorf("%s: %v\n%s", name, errJSON, all)
			}
		}
	}
	if !strings.Contains(encoded(t, p), auth.Redacted) {
		t.Error("the document does not say that there is a secret")
	}
	if text, err := secret.MarshalText(); string(text) != auth.Redacted || err != nil || secret.String() != auth.Redacted || secret.GoString() != auth.Redacted {
		t.Error("text")
	}
	presets := d.Presets()
	if _, ok := presets[1].Secret.New(); ok || presets[1].Secret.IsZero() || presets[0].Value != "public" || len(presets) != 2 {
		t.Errorf("%+v", presets)
	}
}

func TestG11_TheFormsOfASecret(t *testing.T) {
	t.Parallel()
	var s Secret
	if err := json.Unmarshal([]byte(` "abc" `), &s); err != nil {
		t.Fatal(err)
	}
	if v, ok := s.New(); !ok || v.Reveal() != "abc" {
		t.Error("a new one is not read")
	}
	if got := encoded(t, s); got != `"`+auth.Redacted+`"` {
		t.Error(got)
	}
	if err := json.Unmarshal([]byte(encoded(t, s)), &s); err == nil {
		t.Error("the mask is read as a value")
	}
	if err := json.Unmarshal([]byte(`{"sealed":"v1.x"}`), &s); err != nil {
		t.Fatal(err)
	}
	if ref, ok := s.Sealed(); !ok || ref != "v1.x" || encoded(t, s) != `{"sealed":"v1.x"}` {
		t.Error("a sealed one does not survive")
	}
	if _, ok := s.New(); ok {
		t.Error("a sealed one gives a value")
	}
	for _, in := range []string{`{}`, `{"sealed":""}`, `{"sealed":"a","hunter2":1}`, `7`, `["hunter2"]`, `{"sealed":7}`, `true`, `{"SEALED":"hunter2"}`, ``} {
		if err := s.UnmarshalJSON([]byte(in)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", in, err)
		}
	}
	if ref, _ := s.Sealed(); ref != "v1.x" {
		t.Error("a failed reading changed it")
	}
	var zero Secret
	if !zero.IsZero() || !NewSecret(auth.Secret{}).IsZero() || !SealedSecret("").IsZero() || zero.mask().masked || s.mask().IsZero() {
		t.Error("the zero value")
	}
}

func TestG11_SealMakesEverySecretAReference(t *testing.T) {
	t.Parallel()
	sealer := func(f PresetField, v auth.Secret) (string, error) {
		return fmt.Sprintf("sealed:%d:%s", len(v.Reveal()), strings.ReplaceAll(f.String(), " ", "|")), nil
	}
	p := secretPolicy()
	sealed := must(p.Seal(nil, sealer))(t)
	const ref = "sealed:13:p|slack||client_secret"
	if got, _ := sealed.Connectors[0].Presets[1].Secret.Sealed(); got != ref {
		t.Error(got)
	}
	if _, fresh := p.Connectors[0].Presets[1].Secret.New(); !fresh {
		t.Error("the policy was changed")
	}
	// An admin who edits the document gives the reference back, and keeps the secret.
	edited := must(ParsePolicy([]byte(encoded(t, sealed))))(t)
	edited.Name = "Edited"
	never := func(PresetField, auth.Secret) (string, error) { t.Error("sealed again"); return "x", nil }
	if kept := must(edited.Seal(sealed, never))(t); kept.Name != "Edited" {
		t.Error(kept.Name)
	}
	// A reference does not move to another place, or come from nowhere.
	for name, change := range map[string]func(p *Policy){
		"another connector": func(p *Policy) { p.Connectors[0].Match = "evil" },
		"another scheme":    func(p *Policy) { p.Connectors[0].Presets[1].Scheme = "oauth2" },
		"another parameter": func(p *Policy) { p.Connectors[0].Presets[1].Param = "site" },
		"another policy":    func(p *Policy) { p.ID = "q" },
		"another reference": func(p *Policy) { p.Connectors[0].Presets[1].Secret = SealedSecret("made-up") },
	} {
		moved := edited.Clone()
		change(moved)
		got, err := moved.Seal(sealed, never)
		if got != nil {
			t.Errorf("%s: accepted", name)
		}
		wantFaults(t, faultsOf(t, err), "/connectors/0/presets/1/secret anew")
	}
	if _, err := edited.Seal(nil, never); !errors.Is(err, connector.ErrInvalid) {
		t.Errorf("there is no stored policy: %v", err)
	}
	// Failing leaves nothing.
	broken := errors.New("no key")
	if got, err := p.Seal(nil, func(PresetField, auth.Secret) (string, error) { return "", broken }); got != nil || !errors.Is(err, broken) || strings.Contains(err.Error(), hush) {
		t.Errorf("%v %v", got, err)
	}
	for _, bad := range []string{"", "a b"} {
		if got, err := p.Seal(nil, func(PresetField, auth.Secret) (string, error) { return bad, nil }); got != nil || !errors.Is(err, connector.ErrInvalid) {
			t.Errorf("%v %v", got, err)
		}
	}
	faulty := secretPolicy()
	faulty.Default = "x"
	if got, err := faulty.Seal(nil, never); got != nil || len(faultsOf(t, err)) != 1 {
		t.Error(err)
	}
}
