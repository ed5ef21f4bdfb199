package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/hashicorp/go-getter"
	"github.com/opencontainers/go-digest"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content/file"
	"oras.land/oras-go/v2/registry/remote"
)

func digestOf(hex string) digest.Digest { return digest.NewDigestFromEncoded(digest.SHA256, hex) }

// each does something for every package, several at once.
func (s *site) each(do func(p *pack, to string) error) error {
	var at atomic.Int64
	return atOnce(parallel, s.n, func() error {
		p := &s.packages[at.Add(1)-1]
		return do(p, filepath.Join(s.to, p.name))
	})
}

func (s *site) getterInstall() error {
	return s.each(func(p *pack, to string) error {
		c := &getter.Client{
			Ctx: background, Pwd: s.to, Dst: to, Mode: getter.ClientModeDir,
			Src: fmt.Sprintf("%s/%s.tar?checksum=sha256:%s", s.URL, p.name, p.digest),
		}
		return c.Get()
	})
}

func (s *site) orasInstall() error {
	return s.each(func(p *pack, to string) (err error) {
		from, err := remote.NewRepository(strings.TrimPrefix(s.URL, "http://") + "/" + p.name)
		if err != nil {
			return err
		}
		from.PlainHTTP = true
		store, err := file.New(to)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		_, err = oras.Copy(background, from, "1.0.0", store, "1.0.0", oras.DefaultCopyOptions)
		return err
	})
}
