package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/aftercare/aftercare/internal/calendar"
	"github.com/aftercare/aftercare/internal/yamlfile"
	"github.com/aftercare/aftercare/policies"
	"github.com/aftercare/aftercare/schemas"
)

// Book is a set of policies, read and checked.
type Book struct {
	names    []string
	policies map[string]*policy
}

// policy is one policy as Plan needs it.
type policy struct {
	name         string
	version      string
	devOnly      bool
	zone         *time.Location
	jurisdiction string
	calendars    *calendar.Set
	maxRounds    int
	lastRung     schemas.LastRung
	scale        map[schemas.Priority]int
	clocks       map[string]clock
	laws         []*rule // of law and of platforms, from the packs
	limits       map[string]limits
	usual        string // the currency of whom nobody knows another
	people       map[schemas.Role][]schemas.Person
	ladder       []schemas.Rung
	survey       schemas.SurveySpec
	quiet        schemas.QuietHours
	history      int // days for which a customer's other requests count; 0: they are not looked at
	stories      map[schemas.Kind]*story
	rules        []Rule // for docs/rules.md, in the order of the files
}

// Load reads the policies of the given names, each from <name>.yaml, and checks them. Policies and packs that they build on and
// that are not among the files are those built in; the same goes for calendars, which lie in the folder calendars. It tells every mistake at once; an
// error holds one *Fault for each.
func Load(fsys fs.FS, names ...string) (*Book, error) {
	book := &Book{policies: map[string]*policy{}}
	shop := over(fsys, policies.Files)
	calendars, err := calendar.Load(shop.sub("calendars")) // a merchant's own stand before those built in
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, name := range names {
		p, err := read(shop, calendars, name)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		book.names = append(book.names, name)
		book.policies[name] = p
	}
	if len(faults) > 0 {
		return nil, errors.Join(distinct(faults)...)
	}
	return book, nil
}

// distinct tells a mistake once, even where several policies extend the file it is in.
func distinct(faults []error) []error {
	var out []error
	told := map[string]bool{}
	for _, err := range faults {
		each := []error{err}
		if many, ok := err.(interface{ Unwrap() []error }); ok {
			each = many.Unwrap()
		}
		for _, one := range each {
			if !told[one.Error()] {
				told[one.Error()] = true
				out = append(out, one)
			}
		}
	}
	return out
}

// Names lists the policies of the book in the order they were loaded.
func (b *Book) Names() []string { return append([]string(nil), b.names...) }

// Has reports whether the book holds a policy of that name.
func (b *Book) Has(name string) bool { return b.policies[name] != nil }

// DevOnly reports whether only a dev stack accepts a policy. A policy that is not known here is accepted nowhere.
func (b *Book) DevOnly(name string) bool {
	p := b.policies[name]
	return p == nil || p.devOnly
}

// layer is one file of a policy. A policy that extends another has two; the first one wins.
type layer struct {
	doc   *document
	shape fileShape
}

func read(fsys fs.FS, calendars *calendar.Set, name string) (*policy, error) {
	version := sha256.New()
	top, err := open(fsys, name, version)
	if err != nil {
		return nil, err
	}
	if top.shape.isPack() {
		return nil, top.doc.Fault(place{"rules"}, "%s is a pack of rules, not a policy; a policy takes it in with packs: [%s]", name, name)
	}
	layers := []layer{top}
	if base := top.shape.Extends; base != "" {
		below, err := open(fsys, base, version)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, top.doc.Fault(place{"extends"}, "there is no policy %q to extend", base)
		}
		if err != nil {
			return nil, err
		}
		if below.shape.Extends != "" {
			return nil, top.doc.Fault(place{"extends"}, "%q extends another policy itself; extend %q instead", base, below.shape.Extends)
		}
		layers = append(layers, below)
	}
	b := &builder{layers: layers, calendars: calendars, seen: map[string]string{}}
	if b.packs, err = openPacks(fsys, b, version); err != nil {
		return nil, err
	}
	b.policy = &policy{
		name: name, version: hex.EncodeToString(version.Sum(nil))[:16], devOnly: top.shape.DevOnly, calendars: calendars,
		stories: map[schemas.Kind]*story{},
	}
	return b.build()
}

// openPacks reads the packs of a policy: its own list, or that of the policy it extends.
func openPacks(fsys fs.FS, b *builder, version io.Writer) ([]layer, error) {
	var packs []layer
	l := b.section(func(s fileShape) bool { return s.Packs != nil })
	named := map[string]bool{}
	for i, name := range l.shape.Packs {
		at := place{"packs", i}
		if named[name] {
			return nil, l.doc.Fault(at, "pack %q stands here twice", name)
		}
		named[name] = true
		pack, err := open(fsys, name, version)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, l.doc.Fault(at, "there is no pack %q", name)
		}
		if err != nil {
			return nil, err
		}
		if !pack.shape.isPack() {
			return nil, l.doc.Fault(at, "%q is a policy and no pack of rules; a policy can be extended", name)
		}
		packs = append(packs, pack)
	}
	return packs, nil
}

// open reads one file into its shape. Its bytes go into the version, with its length so that two files never read as one.
func open(fsys fs.FS, name string, version io.Writer) (layer, error) {
	if !schemas.ValidID(name) {
		return layer{}, fmt.Errorf("policy %q: a name has 1 to 64 letters, digits, _ or -", name)
	}
	file := name + ".yaml"
	raw, err := fs.ReadFile(fsys, file)
	if err != nil {
		return layer{}, fmt.Errorf("policy %s: %w", name, err)
	}
	_, _ = fmt.Fprintf(version, "%s %d\n%s", file, len(raw), raw) // a hash never fails
	doc, err := yamlfile.Parse(file, raw)
	if err != nil {
		return layer{}, err
	}
	l := layer{doc: doc}
	if err := doc.Decode(&l.shape); err != nil {
		return layer{}, err
	}
	return l, nil
}
