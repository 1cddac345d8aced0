package chaos

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// folderPrefix begins the names of folders that are removed after a run.
const folderPrefix = "aftercare-chaos-"

// Folder prepares the data folder of a run: the given one, which must be new or empty, or, where none is given, a new one among the
// temporary files. A folder with anything in it is somebody's, be it another stack's or that of an earlier run, and is refused.
func Folder(given string) (dir string, err error) {
	if given == "" {
		dir, err = os.MkdirTemp("", folderPrefix+"*")
		if err != nil {
			return "", fmt.Errorf("make a data folder: %w", err)
		}
		// PostgreSQL may have to run as another user, who must pass through.
		return dir, os.Chmod(dir, 0o711)
	}
	if dir, err = filepath.Abs(given); err != nil {
		return "", fmt.Errorf("resolve the data folder: %w", err)
	}
	found, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(dir, 0o711); err != nil {
			return "", fmt.Errorf("make the data folder: %w", err)
		}
	case err != nil:
		return "", fmt.Errorf("look into the data folder %s: it must be a folder of your own, new or empty: %w", dir, err)
	case len(found) > 0:
		return "", fmt.Errorf("the data folder %s is not empty (%s and %d more): it may be another stack's, which a chaos run never touches. Name a new or an empty folder with --data DIR, or leave it out",
			dir, found[0].Name(), len(found)-1)
	}
	return dir, nil
}
