package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/membership/static"
	sqliteplugin "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

// loopback is where the services inside this process talk to each other, whatever --ip opens to others.
const loopback = "127.0.0.1"

// server is the Temporal server, its UI and the lock on its database.
type server struct {
	opts     options
	file     string
	logger   *zap.Logger
	lock     *os.File
	temporal temporal.Server
	ui       *webUI
}

func newServer(opts options) (*server, error) {
	logger, err := newLogger(opts.logLevel)
	if err != nil {
		return nil, err
	}
	file, err := filepath.Abs(versionedFile(opts.db))
	if err != nil {
		return nil, fmt.Errorf("resolve --db: %w", err)
	}
	return &server{opts: opts, file: file, logger: logger}, nil
}

// newLogger writes JSON lines to standard error, because standard output belongs to the one line of announce.
func newLogger(level string) (*zap.Logger, error) {
	parsed, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("--log-level: %w", err)
	}
	cfg := zap.NewProductionConfig()
	cfg.Level = zap.NewAtomicLevelAt(parsed)
	cfg.EncoderConfig.EncodeTime = zapcore.RFC3339TimeEncoder
	cfg.DisableCaller = true
	cfg.DisableStacktrace = true
	logger, err := cfg.Build()
	if err != nil {
		return nil, fmt.Errorf("build the logger: %w", err)
	}
	return logger, nil
}

// start returns once workflows can be started, search attributes used and the UI opened.
func (s *server) start(ctx context.Context) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.startTemporal(); err != nil {
		return err
	}
	if s.opts.uiPort != 0 {
		s.ui = startUI(s.opts)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return s.waitUntilReady(ctx)
}

// prepare takes everything that can be refused before the first goroutine of the server runs: ports, lock, database.
func (s *server) prepare(ctx context.Context) error {
	asked := map[string]int{"port": s.opts.port, "ui-port": s.opts.uiPort, "http-port": s.opts.httpPort}
	if err := checkFree(s.opts.ip, asked); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.file), 0o700); err != nil {
		return fmt.Errorf("make the folder of --db: %w", err)
	}
	lock, err := lockDatabase(s.file)
	if err != nil {
		return err
	}
	s.lock = lock
	return prepareDatabase(ctx, s.file, s.opts)
}

func (s *server) startTemporal() error {
	var history, matching, worker int
	if err := takeFreePorts(s.opts.ip, &s.opts.port); err != nil {
		return err
	}
	if err := takeFreePorts(loopback, &history, &matching, &worker); err != nil {
		return err
	}
	ports := map[primitives.ServiceName]int{
		primitives.FrontendService: s.opts.port,
		primitives.HistoryService:  history,
		primitives.MatchingService: matching,
		primitives.WorkerService:   worker,
	}
	hosts := map[primitives.ServiceName]static.Hosts{}
	for name, port := range ports {
		hosts[name] = static.SingleLocalHost(address(s.reachableIP(name), port))
	}

	cfg := s.config(ports)
	logger := log.NewZapLogger(s.logger)
	srv, err := temporal.NewServer(
		temporal.WithConfig(cfg),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(hosts),
		temporal.WithDynamicConfigClient(dynamicConfig()),
		temporal.WithLogger(logger),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
	)
	if err != nil {
		return fmt.Errorf("assemble the Temporal server: %w", err)
	}
	s.temporal = srv
	if err := srv.Start(); err != nil {
		return fmt.Errorf("start the Temporal server: %w", err)
	}
	return nil
}

// reachableIP is where a service is dialled from inside. A frontend that listens on every address is reached through
// loopback.
func (s *server) reachableIP(name primitives.ServiceName) string {
	if name != primitives.FrontendService || s.opts.ip == "0.0.0.0" || s.opts.ip == "::" {
		return loopback
	}
	return s.opts.ip
}

func (s *server) config(ports map[primitives.ServiceName]int) *config.Config {
	services := map[string]config.Service{}
	for name, port := range ports {
		rpc := config.RPC{GRPCPort: port, BindOnIP: loopback}
		if name == primitives.FrontendService {
			rpc.BindOnIP, rpc.HTTPPort = s.opts.ip, s.opts.httpPort
		}
		services[string(name)] = config.Service{RPC: rpc}
	}
	frontend := address(s.reachableIP(primitives.FrontendService), s.opts.port)
	return &config.Config{
		Global: config.Global{Membership: config.Membership{MaxJoinDuration: 30 * time.Second, BroadcastAddress: loopback}},
		Persistence: config.Persistence{
			DefaultStore:     sqliteplugin.PluginName,
			VisibilityStore:  sqliteplugin.PluginName,
			NumHistoryShards: 1, // Fixed when the file is made; one process serves them all anyway.
			DataStores:       map[string]config.DataStore{sqliteplugin.PluginName: {SQL: sqliteConfig(s.file)}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: frontend},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		PublicClient:        config.PublicClient{HostPort: frontend},
		Archival: config.Archival{
			History:    config.HistoryArchival{State: "disabled"},
			Visibility: config.VisibilityArchival{State: "disabled"},
		},
		NamespaceDefaults: config.NamespaceDefaults{Archival: config.ArchivalNamespaceDefaults{
			History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
			Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
		}},
	}
}

// stopWithin stops what runs and gives up waiting after a while; the process ends right after it.
func (s *server) stopWithin(limit time.Duration) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.ui.stop()
		if s.temporal != nil {
			if err := s.temporal.Stop(); err != nil {
				s.logger.Warn("the server did not stop cleanly", zap.Error(err))
			}
		}
	}()
	select {
	case <-done:
	case <-time.After(limit):
		s.logger.Warn("the server took too long to stop and is ended", zap.Duration("waited", limit))
	}
	if s.lock != nil {
		_ = s.lock.Close()
	}
}
