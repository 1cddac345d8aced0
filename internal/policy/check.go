package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"

	"github.com/aftercare/aftercare/internal/calendar"
	"github.com/aftercare/aftercare/policies"
	"github.com/aftercare/aftercare/schemas"
)

// Report is what a check of one file found out, where it found no fault.
type Report struct {
	Name    string
	Version string
	Pack    bool
	Rules   []Rule
	// Unverified are the rules nobody has confirmed yet. They are used as they are written, and never pass for a fact.
	Unverified []Rule
}

// Check reads one policy or pack of a folder as Load would, and reports on it. The error holds every *Fault.
func Check(folder fs.FS, name string) (Report, error) {
	shop := over(folder, policies.Files)
	calendars, err := calendar.Load(shop.sub("calendars"))
	if err != nil {
		return Report{}, err
	}
	l, err := open(shop, name, sha256.New())
	if err != nil {
		return Report{}, err
	}
	if l.shape.isPack() {
		return checkPack(shop, calendars, name)
	}
	p, err := read(shop, calendars, name)
	if err != nil {
		return Report{}, err
	}
	return report(name, p.version, false, p.rules), nil
}

func report(name, version string, pack bool, rules []Rule) Report {
	r := Report{Name: name, Version: version, Pack: pack, Rules: rules}
	for _, rule := range rules {
		if rule.Unverified() {
			r.Unverified = append(r.Unverified, rule)
		}
	}
	return r
}

// checkPack checks the rules of a pack by themselves. Whether a policy is worse than its floors is for the policies to find out
// that take it in.
func checkPack(shop fs.FS, calendars *calendar.Set, name string) (Report, error) {
	version := sha256.New()
	l, err := open(shop, name, version)
	if err != nil {
		return Report{}, err
	}
	b := &builder{packs: []layer{l}, layers: []layer{l}, calendars: calendars, seen: map[string]string{}}
	b.policy = &policy{name: name, calendars: calendars, limits: map[string]limits{}, stories: map[schemas.Kind]*story{}}
	b.pack(l)
	if len(b.faults) > 0 {
		return Report{}, errors.Join(b.faults...)
	}
	return report(name, hex.EncodeToString(version.Sum(nil))[:16], true, b.policy.rules), nil
}
