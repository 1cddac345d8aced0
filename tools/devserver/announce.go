package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	uiversion "github.com/temporalio/ui-server/v2/server/version"

	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/common/primitives"
)

// serving is the line a parent process waits for. It is printed once, when everything in it is true.
type serving struct {
	Address       string `json:"address"`
	UI            string `json:"ui,omitempty"`
	Namespace     string `json:"namespace"`
	Database      string `json:"database"`
	ServerVersion string `json:"server_version"`
	UIVersion     string `json:"ui_version,omitempty"`
	PID           int    `json:"pid"`
	// OtherDatabases are files beside ours that another server version wrote and this one cannot read.
	OtherDatabases []string `json:"other_databases,omitempty"`
}

func (s *server) announce(out io.Writer) error {
	line := serving{
		Address:        address(s.reachableIP(primitives.FrontendService), s.opts.port),
		UI:             s.uiURL(),
		Namespace:      s.opts.namespace,
		Database:       s.file,
		ServerVersion:  headers.ServerVersion,
		PID:            os.Getpid(),
		OtherDatabases: olderFiles(s.file),
	}
	if s.ui != nil {
		line.UIVersion = uiversion.UIVersion
	}
	return json.NewEncoder(out).Encode(line)
}

func (s *server) uiURL() string {
	if s.opts.uiPort == 0 {
		return ""
	}
	return "http://" + address(s.reachableIP(primitives.FrontendService), s.opts.uiPort)
}

func printVersions(out io.Writer) error {
	_, err := fmt.Fprintf(out, "server %s, UI %s\n", headers.ServerVersion, uiversion.UIVersion)
	return err
}
