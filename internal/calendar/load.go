// Package calendar reads calendars: which days are worked, when, and in which time zone. One file is one calendar; it may stand
// on another one, as a team's does on its country's. What a deadline comes to is reckoned in schemas, over the Days that a
// Calendar is.
package calendar

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/aftercare/aftercare/internal/yamlfile"
)

// Set is calendars that were read and checked.
type Set struct {
	calendars map[string]*Calendar
	ids       []string
}

// Load reads every *.yaml of the folders. Where two folders have a calendar of the same id, the later folder's replaces the
// earlier one's. It tells every mistake at once; an error holds one *yamlfile.Fault for each.
func Load(folders ...fs.FS) (*Set, error) {
	r := reader{files: map[string]*file{}, made: map[string]*Calendar{}}
	for _, folder := range folders {
		if err := r.read(folder); err != nil {
			return nil, err
		}
	}
	ids := make([]string, 0, len(r.files))
	for id := range r.files {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		r.make(id, nil)
	}
	if len(r.faults) > 0 {
		return nil, errors.Join(r.faults...)
	}
	if len(ids) == 0 {
		return nil, errors.New("there is no calendar: no file here ends in .yaml")
	}
	return &Set{calendars: r.made, ids: ids}, nil
}

// Get is the calendar of an id.
func (s *Set) Get(id string) (*Calendar, bool) {
	c, ok := s.calendars[id]
	return c, ok
}

// IDs lists the calendars in the order of their ids.
func (s *Set) IDs() []string { return slices.Clone(s.ids) }

// file is one calendar as it was written.
type file struct {
	doc   *yamlfile.Document
	shape fileShape
	raw   []byte
}

// reader gathers the faults of all files.
type reader struct {
	files  map[string]*file
	made   map[string]*Calendar // nil for one that could not be made
	faults []error
}

// read takes in the files of a folder. A folder that cannot be read is an error; a file that cannot is a fault among others.
func (r *reader) read(folder fs.FS) error {
	names, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return fmt.Errorf("read calendars: %w", err)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(folder, name)
		if err != nil {
			return fmt.Errorf("read calendar: %w", err)
		}
		doc, err := yamlfile.Parse(name, raw)
		if err != nil {
			r.faults = append(r.faults, err)
			continue
		}
		f := &file{doc: doc, raw: raw}
		if err := doc.Decode(&f.shape); err != nil {
			r.faults = append(r.faults, err)
			continue
		}
		if id := strings.TrimSuffix(path.Base(name), ".yaml"); f.shape.ID != id {
			r.faults = append(r.faults, doc.Fault(yamlfile.Place{"id"}, "id: %q is not the name of the file; write %s", f.shape.ID, id))
			continue
		}
		r.files[f.shape.ID] = f
	}
	return nil
}

// make builds a calendar after the one it stands on. The way down finds a circle.
func (r *reader) make(id string, way []string) *Calendar {
	if c, done := r.made[id]; done {
		return c
	}
	f := r.files[id]
	var base *Calendar
	if f.shape.Base != "" {
		at := yamlfile.Place{"base"}
		switch {
		case slices.Contains(append(way, id), f.shape.Base):
			r.faults = append(r.faults, f.doc.Fault(at, "base: %s stands on itself: %s", f.shape.Base, strings.Join(append(way, id, f.shape.Base), " → ")))
			r.made[id] = nil
			return nil
		case r.files[f.shape.Base] == nil:
			r.faults = append(r.faults, f.doc.Fault(at, "base: there is no calendar %q, or it cannot be read; known are %s", f.shape.Base, strings.Join(r.known(), ", ")))
			r.made[id] = nil
			return nil
		}
		if base = r.make(f.shape.Base, append(way, id)); base == nil {
			r.made[id] = nil // its fault is told where it is
			return nil
		}
	}
	c, faults := build(f, base)
	r.faults = append(r.faults, faults...)
	if len(faults) > 0 {
		c = nil
	}
	r.made[id] = c
	return c
}

func (r *reader) known() []string {
	var ids []string
	for id := range r.files {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
