package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/internal/realdata"
)

const registryFile = "oss_registry-2025-06-16.json"

// definition is what the tests look at of one entry of a registry.
type definition struct {
	raw      map[string]any
	key, tag string
	stage    connector.Stage
	oldest   string // the first breaking change; empty: none
}

// readRegistry reads a registry without the library's help.
func readRegistry(t *testing.T, path string) (text string, all []definition) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	for list, id := range map[string]string{"sources": "sourceDefinitionId", "destinations": "destinationDefinitionId"} {
		for _, entry := range document[list].([]any) {
			raw := entry.(map[string]any)
			d := definition{raw: raw, key: raw[id].(string), tag: raw["dockerImageTag"].(string), stage: connector.Preview}
			if raw["releaseStage"] == "generally_available" && !strings.Contains(d.tag, "-") {
				d.stage = connector.GA
			}
			if releases, ok := raw["releases"].(map[string]any); ok {
				if breaking, ok := releases["breakingChanges"].(map[string]any); ok {
					for v := range breaking {
						if d.oldest == "" || v < d.oldest {
							d.oldest = v
						}
					}
				}
			}
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b definition) int { return strings.Compare(a.key, b.key) })
	return string(data), all
}

func TestRealRegistryAddsUp(t *testing.T) {
	t.Parallel()
	path := filepath.Join(realdata.Dir(t, "airbyte"), registryFile)
	_, all := readRegistry(t, path)
	p := runProgram(t, "-json", "-list", "-dir", t.TempDir(), "-feed", "airbyte:"+path).must(t, exitOK).parse(t)
	named := map[string]bool{}
	for _, r := range p.rows {
		named[string(r.Key)] = true
	}
	for _, problem := range p.problems {
		if problem.Position == "" || problem.Reason == "" {
			t.Errorf("problem %+v", problem)
		}
		named[problem.Key] = true
	}
	if len(all) != 617 || len(p.rows)+len(p.problems) != len(all) || len(named) != len(all) {
		t.Errorf("%d definitions, %d rows, %d problems", len(all), len(p.rows), len(p.problems))
	}
	for _, d := range all {
		if !named[d.key] {
			t.Errorf("nothing is said of %s", d.key)
		}
	}
}

// pickTen chooses definitions of both stages, four of them with a breaking
// change of a plain major version.
func pickTen(t *testing.T, all []definition) (keys []string, ten []definition) {
	t.Helper()
	quota := map[string]int{"breaking": 4, string(connector.GA): 3, string(connector.Preview): 3}
	for _, d := range all {
		kind := string(d.stage)
		if strings.HasSuffix(d.oldest, ".0.0") && len(d.oldest) == len("1.0.0") && d.oldest > "1" {
			kind = "breaking"
		}
		if quota[kind] > 0 {
			quota[kind]--
			ten = append(ten, d)
			keys = append(keys, d.key)
		}
	}
	if len(ten) != 10 {
		t.Fatalf("%d of ten kinds found", len(ten))
	}
	return keys, ten
}

// retag changes the image tag of one definition in the text of a registry, and
// nothing else: the order of members must stay as it is.
func retag(t *testing.T, text string, d definition, tag string) string {
	t.Helper()
	head, entry, found := strings.Cut(text, `DefinitionId": "`+d.key+`"`)
	member := `"dockerImageTag": "`
	if !found || strings.Index(entry, member+d.tag+`"`) != strings.Index(entry, member) {
		t.Fatalf("%s is not written as this test expects", d.key)
	}
	return head + `DefinitionId": "` + d.key + `"` + strings.Replace(entry, member+d.tag+`"`, member+tag+`"`, 1)
}

func TestRealReferencesAreInstalledAndUpgraded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(realdata.Dir(t, "airbyte"), registryFile)
	text, all := readRegistry(t, path)
	keys, ten := pickTen(t, all)

	// An older copy of the registry, from before the first breaking changes.
	old := map[string]string{}
	for _, d := range ten {
		old[d.key] = d.tag
		if d.oldest > "1" {
			old[d.key] = "0.9.9"
			text = retag(t, text, d, "0.9.9")
		}
	}
	dir := t.TempDir()
	before := filepath.Join(dir, "before.json")
	write(t, before, text)

	args := []string{"-json", "-dir", filepath.Join(dir, "data"), "-install", strings.Join(keys, ","), "-feed"}
	p := runProgram(t, append(args, "airbyte:"+before)...).must(t, exitOK).parse(t)
	for _, d := range ten {
		got := p.row(t, d.key)
		if p.installs[d.key].State != catalog.Done || got.Active != old[d.key] || got.Stage != d.stage || got.Tag != catalog.Active {
			t.Errorf("installed: %+v %+v, want stage %s", p.installs[d.key], got, d.stage)
		}
	}

	p = runProgram(t, append(args, "airbyte:"+path)...).must(t, exitOK).parse(t)
	breaking := 0
	for _, d := range ten {
		if got := p.row(t, d.key); got.Active != d.tag || got.Stage != d.stage || got.Upgrade != "" {
			t.Errorf("upgraded: %+v, want %s %s", got, d.tag, d.stage)
		}
		plan := p.plans[d.key]
		if old[d.key] == d.tag {
			if p.installs[d.key].State != catalog.Skipped || len(plan.Breaking) != 0 {
				t.Errorf("not changed: %+v, plan %+v", p.installs[d.key], plan)
			}
			continue
		}
		breaking++
		if plan.From != old[d.key] || plan.To != d.tag || len(plan.Breaking) == 0 {
			t.Errorf("plan %+v", plan)
		}
		for _, b := range plan.Breaking {
			want := d.raw["releases"].(map[string]any)["breakingChanges"].(map[string]any)[b.Version].(map[string]any)
			if b.Message != want["message"] || string(b.Deadline) != want["upgradeDeadline"] {
				t.Errorf("breaking %+v, want %v", b, want)
			}
		}
	}
	if breaking < 4 {
		t.Errorf("%d breaking upgrades", breaking)
	}
}
