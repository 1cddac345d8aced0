package main

import (
	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"

	"go.temporal.io/server/common/primitives"
)

// webUI is Temporal's own UI, served from assets inside this binary.
type webUI struct{ server *uiserver.Server }

func startUI(opts options) *webUI {
	frontend := address((&server{opts: opts}).reachableIP(primitives.FrontendService), opts.port)
	ui := &webUI{server: uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		TemporalGRPCAddress: frontend,
		Host:                opts.ip,
		Port:                opts.uiPort,
		EnableUI:            true,
		DefaultNamespace:    opts.namespace,
		DisableNewsFetch:    true, // A development server asks nothing of the network.
		Distribution:        "server",
		HideLogs:            true,
		// The UI is plain HTTP on loopback, where a cookie marked secure would never be sent back.
		CORS: uiconfig.CORS{CookieInsecure: true},
	}))}
	go func() { _ = ui.server.Start() }()
	return ui
}

func (ui *webUI) stop() {
	if ui != nil {
		ui.server.Stop()
	}
}
