package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/aftercare/aftercare/internal/devstack"
)

// links are the ways between the programs of a run. Each is a proxy within this process, on a loopback port of its own.
type links struct {
	server  *toxiproxy.ApiServer // it serves nobody: its interface is not opened
	proxies map[string]*toxiproxy.Proxy
}

func newLinks() *links {
	return &links{server: toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), proxies: map[string]*toxiproxy.Proxy{}}
}

// open lays a link to a server and gives the address at this end.
func (l *links) open(name, upstream string) (string, error) {
	port, err := devstack.FreePort()
	if err != nil {
		return "", err
	}
	proxy := toxiproxy.NewProxy(l.server, name, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), upstream)
	if err := proxy.Start(); err != nil {
		return "", fmt.Errorf("lay the link %s: %w", name, err)
	}
	l.proxies[name] = proxy
	return proxy.Listen, nil
}

// trouble lets one link suffer until ctx ends, and mends it.
func (l *links) trouble(ctx context.Context, t Trouble) error {
	proxy := l.proxies[t.Target]
	if t.What == LinkCut {
		proxy.Stop()
		<-ctx.Done()
		return l.mend(proxy)
	}
	for _, stream := range []string{"upstream", "downstream"} {
		if err := poison(proxy, t, stream); err != nil {
			return err
		}
	}
	<-ctx.Done()
	proxy.Toxics.ResetToxics(context.WithoutCancel(ctx))
	return nil
}

// mend accepts connections again, at the port there was.
func (l *links) mend(proxy *toxiproxy.Proxy) error {
	var err error
	for range 50 {
		if err = proxy.Start(); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("mend the link %s: %w", proxy.Name, err)
}

func (l *links) close() {
	for _, proxy := range l.proxies {
		proxy.Stop()
	}
}

func poison(proxy *toxiproxy.Proxy, t Trouble, stream string) error {
	toxic := struct {
		Name       string           `json:"name"`
		Type       string           `json:"type"`
		Stream     string           `json:"stream"`
		Attributes map[string]int64 `json:"attributes"`
	}{Name: string(t.What) + "-" + stream, Stream: stream}
	switch t.What {
	case LinkStall:
		toxic.Type, toxic.Attributes = "timeout", map[string]int64{"timeout": 0}
	case LinkReset:
		toxic.Type, toxic.Attributes = "reset_peer", map[string]int64{"timeout": 300}
	default:
		toxic.Type, toxic.Attributes = "latency", map[string]int64{"latency": t.Delay.Milliseconds(), "jitter": t.Delay.Milliseconds() / 2}
	}
	raw, err := json.Marshal(toxic)
	if err != nil {
		return err
	}
	if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(string(raw))); err != nil {
		return fmt.Errorf("trouble the link %s: %w", proxy.Name, err)
	}
	return nil
}

// through is a database's address by way of a link.
func through(databaseURL, link string) (string, error) {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "", fmt.Errorf("the address of PostgreSQL is not a URL")
	}
	u.Host = link
	return u.String(), nil
}
