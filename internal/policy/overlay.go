package policy

import (
	"errors"
	"io/fs"
	"slices"
)

// overlay is a merchant's folder laid over the files built in: what the folder has stands before what is built in.
type overlay struct{ top, below fs.FS }

func over(top, below fs.FS) overlay { return overlay{top, below} }

// Open finds a file in the folder, else among the files built in.
func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.top.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return o.below.Open(name)
	}
	return f, err
}

// ReadDir lists the files of both, each name once.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.top, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	more, err := fs.ReadDir(o.below, name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range more {
		if !slices.ContainsFunc(entries, func(has fs.DirEntry) bool { return has.Name() == e.Name() }) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

// sub is a folder of both.
func (o overlay) sub(folder string) fs.FS {
	return overlay{sub(o.top, folder), sub(o.below, folder)}
}

func sub(fsys fs.FS, folder string) fs.FS {
	inner, err := fs.Sub(fsys, folder)
	if err != nil {
		return empty{} // the folder's name is ours and valid
	}
	return inner
}

// empty is a folder without files.
type empty struct{}

func (empty) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
