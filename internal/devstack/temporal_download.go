package devstack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"
)

// downloadSite is asked before the SDK's download is, because that one has no limit of its own: on a network that
// swallows packets it would hang instead of leaving the turn to the next way.
var downloadSite = "https://temporal.download/"

const (
	reachableWithin  = 4 * time.Second
	downloadedWithin = 5 * time.Minute
)

func downloadDir() (string, error) {
	return cacheDir("temporal-cli")
}

// downloadCLI lets the Temporal SDK fetch the official CLI into our cache.
func downloadCLI(ctx context.Context, opts Options, _ reasons) (temporalProgram, error) {
	dir, err := downloadDir()
	if err != nil {
		return temporalProgram{}, err
	}
	if _, err := downloadedCLI(ctx, opts, nil); err != nil {
		if found, _ := filepath.Glob(filepath.Join(dir, "temporal-cli-*")); len(found) > 0 {
			return temporalProgram{}, errors.New("what it gives was downloaded before and is not new enough")
		}
	}
	if err := siteAnswers(ctx); err != nil {
		return temporalProgram{}, err
	}
	lock, err := lockForWork(ctx, filepath.Join(dir, "download.lock"), func() {
		say(opts, "Another process is downloading the Temporal CLI; waiting for it.")
	})
	if err != nil {
		return temporalProgram{}, err
	}
	defer func() { _ = lock.Close() }()
	say(opts, "Downloading the Temporal CLI (about 60 MB) once for this machine; a CLI on the PATH or TEMPORAL_ADDRESS avoids it.")
	stop := ticking(opts, "download of the Temporal CLI", nil)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, downloadedWithin)
	defer cancel()
	// The SDK offers no download alone. The server it starts in passing keeps nothing and is stopped at once.
	server, err := testsuite.StartDevServer(ctx, testsuite.DevServerOptions{
		CachedDownload: testsuite.CachedDownload{DestDir: dir},
		ClientOptions:  &client.Options{Logger: silent{}},
		LogLevel:       "error",
		Stdout:         io.Discard,
		Stderr:         io.Discard,
	})
	if err != nil {
		return temporalProgram{}, err
	}
	server.Client().Close()
	_ = server.Stop()
	return downloadedCLI(ctx, opts, nil)
}

// siteAnswers makes being offline a matter of seconds. It goes through the same proxy settings as the download.
func siteAnswers(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reachableWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, downloadSite, nil)
	if err != nil {
		return fmt.Errorf("ask the download site: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return errors.New("the download site is out of reach from here")
	}
	_ = response.Body.Close()
	if response.StatusCode == http.StatusForbidden || response.StatusCode == http.StatusProxyAuthRequired || response.StatusCode >= 500 {
		return fmt.Errorf("the network does not allow the download site (%s)", response.Status)
	}
	return nil
}

// cacheDir is a folder that survives between runs and is shared by all checkouts of this user.
func cacheDir(name string) (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		// A service account may have no home. A folder of our own in the temporary one is second best.
		base = filepath.Join(os.TempDir(), fmt.Sprintf("aftercare-cache-%d", os.Getuid()))
	}
	dir := filepath.Join(base, "aftercare", name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the cache folder: %w", err)
	}
	return dir, nil
}
