package catalog_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/catalogtest"
	"github.com/patchbay/patchbay/connector"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// That activities became ready changes nothing that a plan was made on.
func TestP14_ConfirmationMakesNoPlanStale(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		confirm := make(chan struct{})
		b := newBench(t, []string{"slack@1.0.0", "slack@2.0.0"}, func(o *catalog.Options) {
			o.ActivityPublisher = publisherFunc(func(_ connector.Key, version string, _ *connector.Manifest) error {
				if version == "1.0.0" {
					<-confirm
				}
				return nil
			})
		})
		defer b.close(t)
		b.install(t, "slack@1.0.0")
		plan := b.plan(t, "slack@2.0.0")
		close(confirm)
		synctest.Wait()
		require.True(t, readiness(t, b).Ready)
		assert.Equal(t, catalog.Done, b.run(t, plan).Items[0].State)
		synctest.Wait()
		assert.True(t, readiness(t, b).Ready)
		assert.Equal(t, 2, auditCount(t, b, "activities"))
	})
}

// A host that takes its time to publish activities holds up neither other
// connectors nor what a dead process left behind.
func TestP14_SlowPublisherHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := make(chan struct{})
		b := newBench(t, []string{"slack@1.0.0", "jira@1.0.0"})
		defer b.close(t)
		b.install(t, "slack")
		// The publisher is asked again after a restart.
		publish := publisherFunc(func(key connector.Key, _ string, _ *connector.Manifest) error {
			if key == "slack" {
				<-slow
			}
			return nil
		})
		b.reopen(t, func(o *catalog.Options) {
			o.ActivityPublisher = publisherFunc(func(connector.Key, string, *connector.Manifest) error { return errors.New("later") })
		})
		b.install(t, "jira@1.0.0")
		b.offer("slack@2.0.0")
		b.refresh(t)
		b.install(t, "slack")
		b.reopen(t, func(o *catalog.Options) { o.ActivityPublisher = publish })
		time.Sleep(2 * b.opts.Lease)
		synctest.Wait() // slack is being published
		page, err := b.For(viewerP).Connector(t.Context(), "jira")
		require.NoError(t, err)
		assert.True(t, page.Activities.Ready, "others are confirmed")

		dead := catalogtest.NewFaultStore(b.store)
		other := b.second(t, func(o *catalog.Options) { o.Store, o.ActivityPublisher = dead, nil })
		other.offer("zoom@1.0.0")
		other.refresh(t)
		open := b.disk.gate("zoom@1.0.0")
		op, err := other.admin.Install(t.Context(), other.plan(t, "zoom"))
		require.NoError(t, err)
		waitFor(t, op, "zoom", catalog.Fetching)
		dead.Add(catalogtest.StoreFault{Crash: true}, catalogtest.StoreFault{Method: catalogtest.StoreNow, Crash: true})
		open()
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*b.opts.Lease)
		defer cancel()
		_, err = b.operation(t, op.ID).Wait(ctx)
		require.NoError(t, err, "healed although a publisher is at work")
		assert.LessOrEqual(t, time.Since(start), 2*b.opts.Lease)
		close(slow)
		other.close(t)
	})
}

// A lease that confirming took is given back when its commit fails.
func TestP14_FailedConfirmationGivesTheLeaseBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, []string{"slack@1.0.0"}, func(o *catalog.Options) {
			o.Lease = time.Hour
			o.ActivityPublisher = publisherFunc(func(connector.Key, string, *connector.Manifest) error { return nil })
		})
		defer b.close(t)
		store := catalogtest.NewFaultStore(b.store)
		b.reopen(t, func(o *catalog.Options) { o.Store = store })
		store.Add(catalogtest.StoreFault{Key: "ready/", Nth: 2}) // the first is the installation's
		b.install(t, "slack")
		synctest.Wait()
		recs, err := b.store.List(t.Context(), "lease/", "", 10)
		require.NoError(t, err)
		assert.Empty(t, recs)
		time.Sleep(time.Hour)
		synctest.Wait()
		assert.True(t, readiness(t, b).Ready, "and it is tried again")
	})
}
