package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve runs the whole command in this process until its standard input is closed.
func serve(t *testing.T, opts options) (line serving, stop func()) {
	t.Helper()
	stdin, closeStdin := io.Pipe()
	stdout, stdoutWriter := io.Pipe()
	ended := make(chan error, 1)
	opts.stopWithStdin = true
	go func() {
		err := run(opts, stdin, stdoutWriter)
		_ = stdoutWriter.CloseWithError(io.ErrUnexpectedEOF)
		ended <- err
	}()
	text, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatal("the server did not start: ", <-ended)
	}
	if err := json.Unmarshal(text, &line); err != nil {
		t.Fatal(err)
	}
	return line, func() {
		_ = closeStdin.Close()
		if err := <-ended; err != nil {
			t.Error("the server did not stop cleanly: ", err)
		}
	}
}

func testOptions(t *testing.T, dir string, attributes ...string) options {
	t.Helper()
	args := []string{"--db", filepath.Join(dir, "a folder with 100% ?marks", "temporal.db"), "--port", "0"}
	for _, attribute := range attributes {
		args = append(args, "--search-attribute", attribute)
	}
	opts, err := parseOptions(args, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if err := takeFreePorts(opts.ip, &opts.uiPort); err != nil {
		t.Fatal(err)
	}
	return opts
}

func TestServesWithUIAndKeepsItsFileAndAddsAttributes(t *testing.T) {
	dir := t.TempDir()
	first, stop := serve(t, testOptions(t, dir, "Kind=Keyword"))
	if !strings.HasSuffix(first.Database, "temporal-1.32.1.db") || first.PID != os.Getpid() || first.UIVersion == "" {
		t.Errorf("announced: %+v", first)
	}
	response, err := (&http.Client{Timeout: time.Minute}).Get(first.UI)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Error("the UI does not answer: ", response, err)
	}
	_ = response.Body.Close()

	// A second server on the same file is told so, whatever its ports.
	err = run(testOptions(t, dir), strings.NewReader(""), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "another server has") {
		t.Error("a second server on the same file: ", err)
	}
	stop()

	// The server announces itself only when every wanted attribute is listed.
	_, stop = serve(t, testOptions(t, dir, "Kind=Keyword", "Due=Datetime"))
	stop()

	err = run(testOptions(t, dir, "Kind=Int"), strings.NewReader(""), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "already there as Keyword") {
		t.Error("another type for an existing attribute: ", err)
	}
}

func TestTakenPortIsSaidBeforeAnythingStarts(t *testing.T) {
	dir := t.TempDir()
	line, stop := serve(t, testOptions(t, dir))
	defer stop()
	opts := testOptions(t, t.TempDir())
	opts.uiPort = 0
	_, port, _ := strings.Cut(line.Address, ":")
	for _, digit := range port {
		opts.port = opts.port*10 + int(digit-'0')
	}
	err := run(opts, strings.NewReader(""), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "cannot be used") {
		t.Error(err)
	}
	if _, err := os.Stat(versionedFile(opts.db)); err == nil {
		t.Error("a database was made for a server that could not start")
	}
}
