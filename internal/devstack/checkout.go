package devstack

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// modulePath is how a checkout of Aftercare is recognised.
const modulePath = "github.com/aftercare/aftercare"

// serverSources finds tools/devserver in the checkout that the working folder lies in. `go run ./starter` and a
// binary that is started inside the checkout both have one above them.
func serverSources() (string, error) {
	working, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working folder: %w", err)
	}
	root, err := checkoutAbove(working)
	if err != nil {
		return "", err
	}
	sources := filepath.Join(root, "tools", "devserver")
	if _, err := os.Stat(filepath.Join(sources, "go.mod")); err != nil {
		return "", errors.New("the checkout has no tools/devserver")
	}
	return sources, nil
}

// checkoutAbove looks in a folder and every folder above it.
func checkoutAbove(folder string) (string, error) {
	for dir := folder; ; dir = filepath.Dir(dir) {
		content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && isOurModule(content) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("the working folder is not inside a checkout of Aftercare, so the sources of tools/devserver are not at hand")
		}
	}
}

func isOurModule(goMod []byte) bool {
	for line := range bytes.Lines(goMod) {
		if fields := bytes.Fields(line); len(fields) == 2 && string(fields[0]) == "module" {
			return string(fields[1]) == modulePath
		}
	}
	return false
}

// Checkout finds the checkout of Aftercare that the working folder lies in.
func Checkout() (string, error) {
	working, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the working folder: %w", err)
	}
	return checkoutAbove(working)
}
