package calendar

// The shapes below are the YAML file, field by field (docs/calendars.md explains them to those who write one). They hold texts
// where a value needs more than its type to be checked.

type fileShape struct {
	ID         string              `yaml:"id"`
	Name       nameShape           `yaml:"name"`
	Base       string              `yaml:"base"`
	Zone       string              `yaml:"zone"`
	Version    string              `yaml:"version"`
	Source     []string            `yaml:"source"`
	VerifiedOn string              `yaml:"verified_on"`
	Coverage   *coverageShape      `yaml:"coverage"`
	Weekly     *weekShape          `yaml:"weekly"`
	Days       map[string]dayShape `yaml:"days"`
	Closures   map[string]string   `yaml:"closures"` // 2026-02-10/2026-02-24: name
}

type nameShape struct {
	Chinese string `yaml:"zh-CN"`
	English string `yaml:"en"`
}

type coverageShape struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

type weekShape struct {
	Mon []string `yaml:"mon"`
	Tue []string `yaml:"tue"`
	Wed []string `yaml:"wed"`
	Thu []string `yaml:"thu"`
	Fri []string `yaml:"fri"`
	Sat []string `yaml:"sat"`
	Sun []string `yaml:"sun"`
}

// weekdays are the keys of a week, in the order of time.Weekday.
var weekdays = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (w weekShape) days() [7][]string {
	return [7][]string{w.Sun, w.Mon, w.Tue, w.Wed, w.Thu, w.Fri, w.Sat}
}

type dayShape struct {
	Off   string   `yaml:"off"`
	Work  string   `yaml:"work"`
	Hours []string `yaml:"hours"`
}
