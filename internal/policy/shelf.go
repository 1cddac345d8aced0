package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/aftercare/aftercare/internal/yamlfile"
	"github.com/aftercare/aftercare/policies"
)

// Shelf is the book in force, and how it is replaced. A broken file never replaces a good one: the policy it was to become
// stays as it was, and whoever loaded it hears of it.
type Shelf struct {
	files fs.FS
	book  atomic.Pointer[Book]
}

// Change is what became of one policy when the files were read again.
type Change struct {
	Policy  string
	Version string // in force now; empty: none
	Before  string // in force before; empty: none
	Err     error  // why its files were not taken over
}

// NewShelf reads every policy of a folder, beside those built in. A nil folder is none. At the start there is nothing good to
// keep, so that a broken file is an error.
func NewShelf(folder fs.FS) (*Shelf, error) {
	s := &Shelf{files: empty{}}
	if folder != nil {
		s.files = folder
	}
	names, err := Names(s.files)
	if err != nil {
		return nil, err
	}
	book, err := Load(s.files, names...)
	if err != nil {
		return nil, err
	}
	s.book.Store(book)
	return s, nil
}

// Book is the book in force. Who holds it keeps it as it is.
func (s *Shelf) Book() *Book { return s.book.Load() }

// Reload reads the files again. Each policy is taken over or kept by itself, and every one that changed or could not be taken
// over is told. A policy whose file is gone is no longer offered; cases that were opened under it keep their plan.
func (s *Shelf) Reload() ([]Change, error) {
	names, err := Names(s.files)
	if err != nil {
		return nil, err
	}
	old := s.book.Load()
	fresh := &Book{policies: map[string]*policy{}}
	var changes []Change
	for _, name := range names {
		before := old.version(name)
		one, err := Load(s.files, name)
		switch {
		case err == nil:
			fresh.names, fresh.policies[name] = append(fresh.names, name), one.policies[name]
		case old.Has(name):
			fresh.names, fresh.policies[name] = append(fresh.names, name), old.policies[name]
		}
		if now := fresh.version(name); err != nil || now != before {
			changes = append(changes, Change{Policy: name, Version: now, Before: before, Err: err})
		}
	}
	for _, name := range old.names {
		if !slices.Contains(names, name) {
			changes = append(changes, Change{Policy: name, Before: old.version(name)})
		}
	}
	s.book.Store(fresh)
	return changes, nil
}

func (b *Book) version(name string) string {
	if p := b.policies[name]; p != nil {
		return p.version
	}
	return ""
}

// Names lists the policies there are: those built in, and the files of a folder that are no packs.
func Names(folder fs.FS) ([]string, error) {
	found := map[string]bool{}
	for _, name := range policies.Names {
		found[name] = true
	}
	files, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the policies: %w", err)
	}
	for _, file := range files {
		raw, err := fs.ReadFile(folder, file)
		if errors.Is(err, fs.ErrNotExist) {
			continue // taken away this very moment
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		if name := strings.TrimSuffix(file, ".yaml"); !looksLikePack(raw) {
			found[name] = true
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// looksLikePack tells a pack from a policy. A file that cannot be read is a policy, so that its faults are told.
func looksLikePack(raw []byte) bool {
	doc, err := yamlfile.Parse("", raw)
	if err != nil {
		return false
	}
	var shape fileShape
	return doc.Decode(&shape) == nil && shape.isPack()
}
