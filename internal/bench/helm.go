package main

import (
	chart "helm.sh/helm/v4/pkg/chart/v2"
	repo "helm.sh/helm/v4/pkg/repo/v1"
)

const (
	helm        = "helm v4"
	masterminds = "Masterminds"
)

// helmIndex is the same catalog as helm has it. Helm knows nothing of skips, so
// skipped versions are taken out for it beforehand, for nothing. Its entries are
// sorted, as LoadIndexFile leaves them.
func helmIndex(all []item, skips bool) *repo.IndexFile {
	x := repo.NewIndexFile()
	for i := range all {
		it := &all[i]
		var skipped map[string]bool
		if skips {
			skipped = it.skipped()
		}
		for _, r := range it.releases {
			if !skipped[r.version] {
				x.Entries[it.key] = append(x.Entries[it.key], helmVersion(it, r))
			}
		}
	}
	x.SortEntries()
	return x
}

func helmVersion(it *item, r itemRelease) *repo.ChartVersion {
	return &repo.ChartVersion{
		Metadata: &chart.Metadata{
			Name: it.key, Version: r.version, AppVersion: "1.0", APIVersion: "v2", Description: it.about,
			Home: "https://example.com/" + it.key, Sources: []string{"https://git.example.com/" + it.key},
			Keywords:    append([]string{"connector", "integration"}, it.categories...),
			Maintainers: []*chart.Maintainer{{Name: "team", Email: "team@example.com"}},
			Annotations: map[string]string{"category": it.categories[0]},
		},
		URLs:    []string{"https://example.com/charts/" + it.key + "-" + r.version + ".tgz"},
		Created: r.published, Digest: r.digest,
	}
}

// helmNewest is what helm chooses for a connector, or "".
func helmNewest(x *repo.IndexFile, key string) string {
	v, err := x.Get(key, wanted)
	if err != nil {
		return ""
	}
	return v.Version
}
