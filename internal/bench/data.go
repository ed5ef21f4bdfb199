package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// applications are what connectors are named after.
//
//nolint:gochecknoglobals // a constant that Go has no literal for
var applications = strings.Fields(`
salesforce postgres mysql oracle snowflake bigquery stripe hubspot zendesk slack github gitlab jira asana notion
airtable google drive sheets calendar outlook teams sharepoint onedrive dropbox box servicenow workday netsuite sap
hana dynamics marketo mailchimp sendgrid twilio shopify magento amazon s3 redshift kafka rabbitmq pulsar mongodb
elastic redis cassandra dynamodb azure blob queue cosmos databricks looker tableau powerbi freshdesk intercom drift
segment amplitude mixpanel datadog newrelic pagerduty okta auth0 docusign adobe sign concur coupa expensify quickbooks
xero sage bamboo greenhouse lever linkedin twitter facebook instagram youtube tiktok`)

// item is one connector of the made-up catalog, before it takes the form that a
// side wants.
type item struct {
	key, name, about string
	categories       []string
	releases         []itemRelease // in no order
}

type itemRelease struct {
	version, notes, digest string
	published              time.Time
}

// items returns n connectors of that many releases each, the same ones always.
// One in ten releases is a pre-release.
func items(n, releases int) []item {
	r := rand.New(rand.NewPCG(7, uint64(releases))) //nolint:gosec // data that is the same in every run
	word := func() string { return applications[r.IntN(len(applications))] }
	all := make([]item, n)
	for i := range all {
		a, b := word(), word()
		it := item{
			key: fmt.Sprintf("%s-%s-%d", a, b, i), name: fmt.Sprintf("%s for %s %d", title(a), title(b), i),
			about:      "Connects " + a + " and " + b + " by OAuth2 or an API key.",
			categories: []string{word(), word()},
		}
		seen := map[string]bool{}
		for len(it.releases) < releases {
			v := fmt.Sprintf("%d.%d.%d", r.IntN(12), r.IntN(40), r.IntN(60))
			if r.IntN(10) == 0 {
				v += fmt.Sprintf("-rc.%d", r.IntN(9))
			}
			if seen[v] {
				continue
			}
			seen[v] = true
			it.releases = append(it.releases, newRelease(it.key, v, len(it.releases)))
		}
		all[i] = it
	}
	return all
}

func newRelease(key, version string, i int) itemRelease {
	sum := sha256.Sum256([]byte(key + "@" + version))
	return itemRelease{
		version: version, digest: hex.EncodeToString(sum[:]), published: epoch.AddDate(0, 0, i),
		notes: "What " + version + " of " + key + " brings: pages of results are read at once, and errors say what to do.",
	}
}

func title(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// wanted is the range that rows about versions choose from, and apart from which
// they skip some.
const wanted = ">=1.2.0, <9.5.0"

// skipped returns the versions of a connector that an admin has skipped: about
// one in twenty, and always the one that would be chosen without.
func (it *item) skipped() map[string]bool {
	out := map[string]bool{}
	best := ""
	for i, r := range it.releases {
		if i%20 == 7 {
			out[r.version] = true
		}
		if eligible(r.version) && (best == "" || newer(r.version, best)) {
			best = r.version
		}
	}
	if best != "" {
		out[best] = true
	}
	return out
}
