package policy

// The shapes below are the YAML file, field by field. They hold texts where a value needs more than its type to be checked;
// clocks.go, limits.go, people.go and tables.go turn them into what a plan is made of.

type fileShape struct {
	Extends   string                `yaml:"extends"`
	DevOnly   bool                  `yaml:"dev_only"`
	Defaults  *provenance           `yaml:"defaults"`
	Zone      string                `yaml:"zone"`
	Scale     map[string]int        `yaml:"scale"`
	MaxRounds *int                  `yaml:"max_rounds"`
	LastRung  string                `yaml:"last_rung"`
	Clocks    map[string]clockShape `yaml:"clocks"`
	Limits    []limitShape          `yaml:"limits"`
	People    map[string][]person   `yaml:"people"`
	Ladder    []rungShape           `yaml:"ladder"`
	Survey    *surveyShape          `yaml:"survey"`
	Stories   *storiesShape         `yaml:"stories"`
}

// provenance says where a rule comes from. A rule names only what differs from the file's defaults.
type provenance struct {
	Basis      string `yaml:"basis"`      // law, platform, promise, default
	Source     string `yaml:"source"`     // the text it comes from
	CheckedOn  string `yaml:"checked_on"` // when somebody last compared it with its source
	Confidence string `yaml:"confidence"` // statute, official, secondary, own
}

// head is what every rule has: its id and version, what it says, and its provenance where that differs.
type head struct {
	Rule       string `yaml:"rule"`
	What       string `yaml:"what"`
	Basis      string `yaml:"basis"`
	Source     string `yaml:"source"`
	CheckedOn  string `yaml:"checked_on"`
	Confidence string `yaml:"confidence"`
}

type clockShape struct {
	Head       head              `yaml:",inline"`
	After      string            `yaml:"after"`
	ByPriority map[string]string `yaml:"by_priority"`
	Warn       []string          `yaml:"warn"`
	Remind     []string          `yaml:"remind"`
	Scaled     bool              `yaml:"scaled"`
	Trigger    string            `yaml:"trigger"`
}

type limitShape struct {
	Head        head              `yaml:",inline"`
	Currency    string            `yaml:"currency"`
	LargeRefund string            `yaml:"large_refund"`
	Goodwill    map[string]string `yaml:"goodwill"`
}

type person struct {
	ID     string `yaml:"id"`
	Deputy string `yaml:"deputy"`
}

type rungShape struct {
	Level int    `yaml:"level"`
	Role  string `yaml:"role"`
}

type surveyShape struct {
	Head       head `yaml:",inline"`
	LowOverall int  `yaml:"low_overall"`
	LowNPS     int  `yaml:"low_nps"`
	QuietDays  int  `yaml:"quiet_days"`
}

// storiesShape has one field per kind of case that this version has a story for.
type storiesShape struct {
	Return *returnShape `yaml:"return"`
}

type returnShape struct {
	Windows     windowsShape            `yaml:"windows"`
	Priority    []rowShape[string]      `yaml:"priority"`
	Eligibility []rowShape[eligibility] `yaml:"eligibility"`
	Freight     []rowShape[string]      `yaml:"freight"`
	Evidence    []rowShape[[]string]    `yaml:"evidence"`
	Auto        []rowShape[bool]        `yaml:"auto"`
}

type windowsShape struct {
	NoReason *windowShape `yaml:"no_reason"`
	Fault    *windowShape `yaml:"fault"`
}

type windowShape struct {
	Head   head         `yaml:",inline"`
	Days   int          `yaml:"days"`
	Floors []floorShape `yaml:"floors"`
}

// floorShape is a period of the law that a policy may lengthen and never shorten.
type floorShape struct {
	Head head `yaml:",inline"`
	Days int  `yaml:"days"`
}

// rowShape is a row of a decision table. A row without `when` is the last one and always decides.
type rowShape[T any] struct {
	Head head   `yaml:",inline"`
	When string `yaml:"when"`
	Then *T     `yaml:"then"`
}

// eligibility is what a row of that table proposes.
type eligibility struct {
	Proposal string `yaml:"proposal"`
	Owed     bool   `yaml:"owed"`
	Reason   string `yaml:"reason"`
}
