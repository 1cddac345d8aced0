package devstack

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// openLog opens the file that a server's own words go to. The file of the run before is kept beside it; more would
// only fill the disk of somebody who develops every day.
func openLog(dir, server string) (*os.File, error) {
	path := logPath(dir, server)
	_ = os.Rename(path, path+".before")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log of the %s server: %w", server, err)
	}
	return file, nil
}

func logPath(dir, server string) string { return filepath.Join(dir, server+".log") }

// tailOf gives the last lines of a server's log for an error message, with the place of the rest.
func tailOf(dir, server string) string {
	content, err := os.ReadFile(logPath(dir, server))
	if err != nil || len(content) == 0 {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	if len(lines) > 8 {
		lines = lines[len(lines)-8:]
	}
	return fmt.Sprintf("\nThe last lines of %s:\n  %s", logPath(dir, server), strings.Join(lines, "\n  "))
}

func writePID(file string, pid int) error {
	if err := os.WriteFile(file, []byte(strconv.Itoa(pid)+"\n"), 0o600); err != nil {
		return fmt.Errorf("write down the server's process id: %w", err)
	}
	return nil
}
