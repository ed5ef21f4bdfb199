package catalogtest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/installer/installertest"
)

func TestNewOpensACatalogOnTwins(t *testing.T) {
	t.Parallel()
	cat := catalogtest.New(t, "slack@1.0.0", "slack@1.1.0-rc.1", "jira@2.0.0")
	cat.Install(t, "slack")
	page, err := cat.Viewer.Connector(t.Context(), "slack")
	if err != nil || page.Version != "1.0.0" {
		t.Fatalf("got %+v, %v", page, err)
	}
	cat.Offer("slack@1.2.0")
	if err := cat.Admin.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for row, err := range cat.Admin.Available(t.Context(), &catalog.Query{Tag: catalog.Active}) {
		if err != nil || row.Upgrade != "1.2.0" {
			t.Errorf("got %+v, %v", row, err)
		}
	}
	start := cat.Clock.Now()
	cat.Clock.Advance(time.Hour)
	if got := cat.Clock.Now().Sub(start); got != time.Hour {
		t.Errorf("the clock moved by %v", got)
	}
}

func TestNewScriptsFaults(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk full")
	cat := catalogtest.NewWith(t, func(o *catalog.Options) { o.Preview = catalog.PreviewAlways }, "jira@2.0.0-rc.1")
	cat.Installer.Script(installertest.Fault{Key: "jira", Times: 1, Err: broken})
	plan, err := cat.Admin.Plan(t.Context(), catalog.Pick("jira", ""))
	if err != nil {
		t.Fatal(err)
	}
	op, err := cat.Admin.Install(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	st, err := op.Wait(t.Context())
	if err != nil || st.Failed() != 1 {
		t.Fatalf("got %+v, %v", st, err)
	}
	cat.Install(t, "jira")
	// Of the next write alone the installation's lease would have it, if it is given back only now.
	cat.Store.Add(catalogtest.StoreFault{Times: -1})
	if _, err := cat.Admin.Skip(t.Context(), "jira", &catalog.Skip{Versions: "1.0.0", Reason: "r"}); !errors.Is(err, catalogtest.ErrFault) {
		t.Errorf("got %v", err)
	}
}
