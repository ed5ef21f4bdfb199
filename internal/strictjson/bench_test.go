package strictjson

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

type benchRelease struct {
	Version   string    `json:"version"`
	Stage     string    `json:"stage,omitempty"`
	Published time.Time `json:"published,omitzero"`
	Notes     string    `json:"notes,omitempty"`
	Artifact  struct {
		URL    string `json:"url"`
		Digest string `json:"digest,omitempty"`
		Size   int64  `json:"size,omitempty"`
	} `json:"artifact"`
}

type benchDoc struct {
	Entries []struct {
		Key         string         `json:"key"`
		Name        string         `json:"name"`
		Description string         `json:"description,omitempty"`
		Categories  []string       `json:"categories,omitempty"`
		Releases    []benchRelease `json:"releases"`
	} `json:"entries"`
}

func benchData() []byte {
	var b strings.Builder
	b.WriteString(`{"entries":[`)
	for i := range 1000 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"key":"publisher/connector-%d","name":"Connector %d","description":"Reads and writes the records of application %d, with \"webhooks\" and polling.","categories":["crm","mail"],"releases":[`, i, i, i)
		for j := range 5 {
			if j > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"version":"1.%d.0","stage":"GA","published":"2024-0%d-02T03:04:05Z","notes":"Fixes the paging of long lists.","artifact":{"url":"artifacts/%d/%d.tgz","digest":"sha256:%064x","size":%d}}`, j, j+1, i, j, i*j, 1000*i)
		}
		b.WriteString(`]}`)
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

func BenchmarkDecode(b *testing.B) {
	data := benchData()
	indented, err := json.MarshalIndent(json.RawMessage(data), "", "  ")
	if err != nil {
		b.Fatal(err)
	}
	strict := func(v any) func([]byte) error {
		return func(data []byte) error {
			if f := Decode(data, v, nil); len(f) != 0 {
				return fmt.Errorf("%+v", f[0])
			}
			return nil
		}
	}
	for _, bb := range []struct {
		name string
		data []byte
		run  func([]byte) error
	}{
		{"struct/strictjson", data, func(d []byte) error { return strict(new(benchDoc))(d) }},
		{"struct/encodingjson", data, func(d []byte) error { return json.Unmarshal(d, new(benchDoc)) }},
		{"indented/strictjson", indented, func(d []byte) error { return strict(new(benchDoc))(d) }},
		{"indented/encodingjson", indented, func(d []byte) error { return json.Unmarshal(d, new(benchDoc)) }},
		{"raw/strictjson", data, func(d []byte) error { return strict(new(Raw))(d) }},
		{"raw/encodingjson", data, func(d []byte) error { return json.Unmarshal(d, new(json.RawMessage)) }},
		{"deferred/strictjson", data, func(d []byte) error {
			if f := Decode(d, new(Raw), &Options{DeferRaw: true}); len(f) != 0 {
				return fmt.Errorf("%+v", f[0])
			}
			return nil
		}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.SetBytes(int64(len(bb.data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := bb.run(bb.data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
