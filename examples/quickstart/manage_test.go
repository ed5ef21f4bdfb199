package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/connector"
	"github.com/patchbay/patchbay/examples/internal/sample"
)

// serve serves the sample feed and returns the URL of its index.
func serve(t *testing.T) (feed *sample.Feed, url string) {
	t.Helper()
	feed, err := sample.New()
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(feed)
	t.Cleanup(server.Close)
	return feed, server.URL + sample.IndexPath
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSampleCanBeListedAndInstalled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := runProgram(t, "-json", "-pace", "0s", "-dir", dir, "-install", "slack@1.2.0,jira@~1.0,openai").must(t, exitOK).parse(t)
	if len(p.plans) != 3 || len(p.installs) != 3 || len(p.rows) != 32 || len(p.problems)+len(p.errors) != 0 {
		t.Fatalf("printed %+v", p)
	}
	if got := p.row(t, "slack"); got != (rowLine{
		Key: "slack", Name: "Slack", Stage: connector.GA, Tag: catalog.Active, Version: "1.2.0", Active: "1.2.0", Upgrade: "2.0.0", Feed: "sample",
	}) {
		t.Errorf("row %+v", got)
	}
	if got := p.row(t, "openai"); got.Stage != connector.Preview || got.Tag != catalog.Active {
		t.Errorf("row %+v", got)
	}
	again := runProgram(t, "-json", "-pace", "0s", "-dir", dir, "-install", "slack@1.2.0", "-list=false").must(t, exitOK).parse(t)
	if got := again.installs["slack"]; got.State != catalog.Skipped || len(again.rows) != 0 {
		t.Errorf("installed again: %+v", again)
	}
}

func TestWhatCannotBePlannedFailsAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	runProgram(t, "-pace", "0s", "-dir", dir, "-install", "jira@1.1.0").must(t, exitOK)
	args := []string{"-json", "-pace", "0s", "-dir", dir, "-list=false", "-install", "Slack,slack@9.9.9,nothing,jira,stripe,stripe"}
	p := runProgram(t, args...).must(t, exitFailed).parse(t)
	for key, want := range map[string]string{
		"Slack": "is the display name of slack", "slack": "9.9.9", "nothing": "not found", "jira": "approval required",
	} {
		if got := p.installs[key]; got.State != catalog.Failed || !strings.Contains(got.Error, want) {
			t.Errorf("%s: %+v, want %q", key, got, want)
		}
	}
	if got := p.installs["stripe"]; got.State != catalog.Failed || !strings.Contains(got.Error, "chosen twice") {
		t.Errorf("the second stripe: %+v", got)
	}
	if got := p.plans["jira"]; !got.NeedsApproval || len(got.Breaking) != 1 || got.From != "1.1.0" {
		t.Errorf("plan %+v", got)
	}
	args[len(args)-1] = "jira"
	if got := runProgram(t, append(args, "-approve")...).must(t, exitOK).parse(t); got.installs["jira"].State != catalog.Done {
		t.Errorf("approved: %+v", got)
	}
}

func TestDirFeedTellsProblems(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "index.json"), `{"format":"patchbay.index/v1","version":1,"connectors":[
{"connector":{"key":"good","name":"Good","releases":[{"version":"1.0.0","artifact":{"url":"good.tgz","digest":"sha256:`+strings.Repeat("0", 64)+`"}}]}},
{"connector":{"key":"bad","name":"Bad","releases":[{"version":"v1.2","artifact":{"url":"bad.tgz","digest":"sha256:0"}}]}},
{"connector":{"key":"evil\u001b[2J","name":"Evil","releases":[]}}
]}`)
	p := runProgram(t, "-json", "-feed", "dir:"+dir, "-dir", t.TempDir()).must(t, exitOK).parse(t)
	if len(p.rows) != 1 || len(p.problems) != 2 || p.rows[0].Key != "good" {
		t.Fatalf("printed %+v", p)
	}
	got := p.problems[0]
	if got.Key != "bad" || !strings.HasPrefix(got.Position, "/connectors/1/connector/releases/0/version 3:") ||
		!strings.Contains(got.Reason, "three numbers") || !strings.Contains(got.Reason, "digest") {
		t.Errorf("problem %+v", got)
	}
	// A terminal would obey what a stranger wrote.
	if out := runProgram(t, "-feed", "dir:"+dir, "-dir", t.TempDir()).must(t, exitOK); strings.Contains(out.stdout, "\x1b") || !strings.Contains(out.stdout, "evil?[2J") {
		t.Errorf("stdout %q", out.stdout)
	}
}

func TestUnreadableFeedDoesNotStopOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "broken.json"), `{"sources":[{"name":`)
	_, url := serve(t)
	out := runProgram(t, "-json", "-dir", filepath.Join(dir, "data"), "-feed", "airbyte:"+filepath.Join(dir, "broken.json"), "-feed", url,
		"-feed", "dir:"+filepath.Join(dir, "missing"), "-feed", "npm:http://198.51.100.1/#x", "-install", "slack").must(t, exitFailed)
	p := out.parse(t)
	if p.installs["slack"].State != catalog.Done || len(p.rows) != 32 || len(p.errors) != 3 {
		t.Fatalf("printed %+v", p)
	}
	for i, name := range []string{"airbyte", "dir:" + filepath.ToSlash(dir) + "/missing", "npm"} {
		if got := p.errors[i]; got.Feed != name || got.Reason == "" || !strings.Contains(out.stderr, "feed "+name+": "+got.Reason) {
			t.Errorf("error %+v, stderr %s", got, out.stderr)
		}
	}
	if got := p.row(t, "slack").Feed; "http://"+got != url {
		t.Errorf("feed %q", got)
	}
}

func TestDamagedPackageHeals(t *testing.T) {
	t.Parallel()
	feed, url := serve(t)
	dir := t.TempDir()
	feed.Damage("xero", "1.1.0")
	p := runProgram(t, "-json", "-list=false", "-dir", dir, "-feed", url, "-install", "xero,zendesk").must(t, exitFailed).parse(t)
	if got := p.installs["xero"]; got.State != catalog.Failed || !strings.Contains(got.Error, string(got.Digest)) {
		t.Errorf("damaged: %+v", got)
	}
	if got := p.installs["zendesk"]; got.State != catalog.Done {
		t.Errorf("the other: %+v", got)
	}
	feed.Repair("xero", "1.1.0")
	healed := runProgram(t, "-json", "-dir", dir, "-feed", url, "-install", "xero").must(t, exitOK).parse(t)
	if got := healed.row(t, "xero"); got.Active != "1.1.0" {
		t.Errorf("healed: %+v", got)
	}
}
