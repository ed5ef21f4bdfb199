package mutations_test

// mutations are the faults. Most of them are those of peers; the rule that is broken
// begins the name.
func mutations() []mutation {
	return []mutation{
		{"P16-typo-is-a-deletion", "catalog/merge.go", "doubt = true // it may", "doubt = false // it may", "catalog", "TestP16"},
		{"P9-stale-plan-is-adapted", "catalog/recheck.go", "case it.From != fresh.From || it.Base != fresh.Base:", "case false:", "catalog", "TestP9|TestP15|Stale|Plan"},
		{"P12-commit-without-fence", "catalog/activate.go", "err := w.cat.commit(ctx, entry, w.lease.end(), // first: who lost it must not judge by the rest\n\t\tPut(published", "err := w.cat.commit(ctx, entry,\n\t\tPut(published", "catalog", "TestP1[12]|Fence|Stalled"},
		{"P15-new-digest-is-taken", "catalog/merge.go", `if !seen || first.digest == "" || first.digest == r.Digest() {`, `if first.digest != "never" || !seen {`, "catalog", "TestP15"},
		{"P16-stated-digest-is-believed", "connector/excerpt.go", "e.whole = e.whole && !v.astray && ", "e.whole = e.whole && ", "catalog/fsfeed", "TestP16"},
		{"P16-older-index-is-taken", "catalog/takein.go", "if u.Version < rec.Version {", "if false {", "catalog", "TestP16|Rollback|TestP20"},
		{"P18-digest-is-not-compared", "installer/digest.go", "got != d.want {", "false && got != d.want {", "installer", "."},
		{"P19-moved-login-needs-nobody", "catalog/perform.go", "if changes := approvable(schemes, origins); len(changes) > 0 {", "if changes := approvable(schemes, origins); len(changes) > 1000 {", "catalog", "TestP19"},
		{"P21-pruned-while-held", "catalog/prune.go", "if len(users) > 0 {", "if len(users) > 1000 {", "catalog", "TestP21|TestC7"},
		{"G3-higher-number-wins", "governance/govern.go", "b.Scope.Priority < first.Scope.Priority", "b.Scope.Priority > first.Scope.Priority", "governance", "TestG3"},
		{"G6-commit-asks-no-policy", "catalog/connect.go", "ops := []Op{Check(keyGovern, atRevision(d.snap.governed)), Check(", "ops := []Op{Check(", "catalog", "TestG6|TestG5G6"},
		{"G6-judged-at-the-beginning-only", "catalog/finish.go", "if canonicalValues(cand.values) != f.secrets.Values {", "if false {", "catalog", "TestG6"},
		{"C1-names-differ-by-case", "catalog/connkeys.go", "fold(r.Name)", "r.Name", "catalog", "TestC1"},
		{"C3-finished-in-another-browser", "catalog/session.go", "browserHash(browser))) == 1", "browserHash(browser))) >= 0", "catalog", "TestC3"},
		{"C3-finished-by-another-user", "catalog/session.go", "err == nil && s.User != c.principal.User", "false", "catalog", "TestC3|TestC5"},
		{"C3-one-redirect-for-all", "catalog/redirect.go", "case err == nil && of != key:", `case err == nil && of == "":`, "catalog", "TestC3"},
		{"C6-let-go-is-active", "catalog/amend.go", "if r.Lost != \"\" {", "if false {", "catalog", "TestC6"},
		{"C8-opens-in-another-tenant", "auth/seal_binding.go", "[...]string{b.Tenant, b.Connection, b.Field} {\n\t\tdata", "[...]string{b.Connection, b.Field} {\n\t\tdata", "auth", "TestC8"},
		{"C8-secrets-lie-in-the-open", "catalog/connect.go", "Params: public(cand.scheme, cand.values), Fixed", "Params: revealed(cand.values), Fixed", "catalog", "TestC8_Secrets"},
		{"C9-lost-answer-is-tried-again", "catalog/renewal.go", "return e.Outcome == auth.OutcomeUnknown && e.Status < 300", "return false", "catalog", "TestC9"},
		{"C9-journal-is-not-read", "catalog/renew.go", "case was.Sent && n.spends():", "case was.Sent && false:", "catalog", "TestC9"},
		{"C9-failure-is-not-shared", "catalog/renewal.go", "left > 0 && left <= 2*rec.Length {", "left > 0 && left < 0 {", "catalog", "TestC9"},
		{"C9-late-401-renews-again", "catalog/source.go", "refused.Generation < r.Generation", "false", "catalog", "TestC9|TestC10"},
		{"C10-credentials-follow-redirects", "auth/transport_redirect.go", "home: h.home && same", "home: h.home", "auth", "TestC10"},
		{"C9-dead-grant-is-tried-again", "catalog/renewal.go", "case errors.Is(err, auth.ErrInvalidGrant) && byPerson(n.conn.Type):", "case false:", "catalog", "TestC9|TestC11"},
		{"C12-special-addresses-are-dialed", "internal/egress/guard.go", "return g.addr(ap.Addr())", "_ = ap\n\treturn nil", "internal/egress", "."},
		{"S3-edits-of-the-log-pass", "catalog/auditchain.go", "if e.digest() != e.Hash {", "if false {", "catalog", "TestS3"},
	}
}
