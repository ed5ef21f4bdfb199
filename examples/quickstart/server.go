package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/patchbay/patchbay/catalog"
	"github.com/patchbay/patchbay/catalog/httpfeed"
	"github.com/patchbay/patchbay/examples/internal/sample"
)

// sampleServer serves the sample feed on loopback.
type sampleServer struct {
	*http.Server

	content *sample.Feed
}

// serveSample serves the sample feed if no other feed was asked for.
func (cfg *config) serveSample(ctx context.Context) (*sampleServer, error) {
	s := &sampleServer{Server: &http.Server{ReadHeaderTimeout: time.Minute}}
	if len(cfg.feeds) > 0 {
		return s, nil
	}
	var err error
	if s.content, err = sample.New(); err != nil {
		return nil, err
	}
	s.content.Pace(cfg.pace)
	s.Handler = s.content
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go s.Serve(l) //nolint:errcheck // it ends with Close
	index := "http://" + l.Addr().String() + sample.IndexPath
	cfg.feeds = []catalog.Feed{httpfeed.New(index, &httpfeed.Options{Name: "sample", AllowHTTP: true, AllowPrivate: true})}
	return s, nil
}
