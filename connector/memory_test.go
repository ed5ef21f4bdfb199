package connector

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/patchbay/patchbay/auth"
)

// bigIndex returns a native index of about size bytes.
func bigIndex(tb testing.TB, size int) []byte {
	tb.Helper()
	index := &Index{Version: 1}
	for n := 0; n < size; {
		i := len(index.Connectors)
		key := Key(fmt.Sprintf("publisher-%d/connector-%d", i%50, i))
		c := Connector{
			Key: key, Name: fmt.Sprintf("Connector %d", i), Publisher: "Publisher", Categories: []string{"crm", "mail"},
			Description: fmt.Sprintf("Reads and writes the \"records\" of application %d.", i),
			DocsURL:     fmt.Sprintf("https://docs.example.com/connectors/%d", i),
		}
		for j := range 1 + i%8 {
			version := fmt.Sprintf("1.%d.0", j)
			r := Release{
				Version: version, Stage: GA, Published: time.Unix(int64(1_700_000_000+i), 0).UTC(), Notes: "Pages long lists correctly.",
				Artifact: Artifact{URL: fmt.Sprintf("artifacts/%d/%d.tgz", i, j), Digest: DigestOf([]byte(key)), Size: int64(i)},
			}
			if i%4 == 0 {
				r.Manifest = &Manifest{
					Key: key, Version: version, Hosts: []string{"api.example.com"},
					Auth: []auth.Scheme{{ID: "oauth2", Type: auth.OAuth2Code, AuthorizeURL: "https://login.example.com/a",
						TokenURL: "https://login.example.com/t", Scopes: []string{"read", "write"}, Params: []auth.Param{{Key: "region"}}}},
					Activities: []Activity{{Name: "list", Title: "List records", Input: []byte(`{"type":"object","properties":{"limit":{"type":"integer"}}}`)}},
				}
			}
			c.Releases = append(c.Releases, r)
			n += 300
		}
		n += 400
		index.Connectors = append(index.Connectors, c)
	}
	doc, err := index.MarshalJSON()
	if err != nil {
		tb.Fatal(err)
	}
	return doc
}

// What is kept is in use; all that is allocated on the way, dead or alive, bounds
// what can be in use at any time. Neither depends on when garbage is collected.
func TestMemoryStaysWithinThreeTimesTheDocument(t *testing.T) {
	if underRace {
		t.Skip("the race detector takes memory of its own")
	}
	data := bigIndex(t, 30<<20)
	for name, in := range map[string][]byte{
		"sound":         data,
		"every release": bytes.ReplaceAll(data, []byte(`"stage":"GA"`), []byte(`"stage":"XX"`)),
		"one release":   bytes.ReplaceAll(data, []byte(`"version":"1.1.0","stage":"GA"`), []byte(`"version":"1.1.0","stage":"XX"`)),
		"digests":       bytes.ReplaceAll(data, []byte(`{"digest":"sha256:`), []byte(`{"digest":"sha256_`)),
	} {
		var before, after, live runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		index, problems, err := ParseIndex(in, nil)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&live)
		total := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(in))
		kept := (float64(live.HeapAlloc) - float64(before.HeapAlloc)) / float64(len(in))
		t.Logf("%s: %d MB, allocated %.2f times the document, kept %.2f, %d connectors, %d problems",
			name, len(in)>>20, total, kept, len(index.Connectors), len(problems))
		if name == "sound" && (total > 3 || len(problems) > 0) {
			t.Errorf("%s: allocations are %.2f times the document", name, total)
		}
		if 1+kept > 3 {
			t.Errorf("%s: document and result are %.2f times the document", name, 1+kept)
		}
		runtime.KeepAlive(index)
	}
}
