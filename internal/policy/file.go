package policy

import "github.com/aftercare/aftercare/schemas"

// The shapes below are the YAML file, field by field. They hold texts where a value needs more than its type to be checked;
// clocks.go, rules.go, limits.go, people.go and tables.go turn them into what a plan is made of. What `says` tells stands in
// the JSON Schema that editors read.

// fileShape is a file: a policy, which cases name, or a pack of rules, which policies name.
type fileShape struct {
	Extends      string                `yaml:"extends" says:"the policy this one builds on; only what differs is written here"`
	DevOnly      bool                  `yaml:"dev_only" says:"only a dev stack accepts this policy"`
	Packs        []string              `yaml:"packs" says:"files of rules of law and of platforms that stand beside this policy, such as cn or eu"`
	Jurisdiction string                `yaml:"jurisdiction" says:"the law for orders that do not say where they went: CN, EU-DE, UK, …"`
	Currencies   []string              `yaml:"currencies" says:"the currencies this policy is used with; each needs limits"`
	Defaults     *provenance           `yaml:"defaults" says:"what holds for every rule of this file that does not say otherwise"`
	Zone         string                `yaml:"zone" says:"the time zone in which the days of a right are counted, such as Asia/Shanghai"`
	Scale        map[string]int        `yaml:"scale" says:"the factor by which scaled clocks run longer, by priority"`
	MaxRounds    *int                  `yaml:"max_rounds" says:"how many offers a line may have"`
	LastRung     string                `yaml:"last_rung" says:"what happens when nobody on the ladder acted" words:"grant_owed"`
	Clocks       map[string]clockShape `yaml:"clocks" says:"how long everything may take, by the name of the clock"`
	Rules        []ruleShape           `yaml:"rules" says:"rules of law and of platforms"`
	Limits       []limitShape          `yaml:"limits" says:"what people may decide alone, by currency"`
	People       map[string][]person   `yaml:"people" says:"who is asked, by role"`
	Ladder       []rungShape           `yaml:"ladder" says:"the levels above the person responsible, in order"`
	Survey       *surveyShape          `yaml:"survey" says:"what counts as a low score, and how often a customer is asked"`
	History      *historyShape         `yaml:"history" says:"for how many days the other requests of a customer count"`
	Notices      *noticesShape         `yaml:"notices" says:"when messages may leave"`
	Stories      *storiesShape         `yaml:"stories" says:"windows and decision tables, by kind of case"`
}

// isPack tells a file of rules from a policy: a pack has no people and no clocks of its own.
func (f fileShape) isPack() bool {
	return f.Extends == "" && len(f.Rules) > 0 && f.Clocks == nil && f.People == nil && f.Stories == nil
}

// provenance says where a rule comes from. A rule names only what differs from the file's defaults.
type provenance struct {
	Basis        string          `yaml:"basis" says:"what the rule rests on" words:"law platform promise default"`
	Source       string          `yaml:"source" says:"the text it comes from"`
	VerifiedOn   string          `yaml:"verified_on" says:"the day somebody last compared it with its source, such as 2026-11-21"`
	Confidence   string          `yaml:"confidence" says:"how sure we are of it" words:"statute official secondary unverified uncertain own"`
	Effective    *effectiveShape `yaml:"effective" says:"when the rule holds"`
	Jurisdiction string          `yaml:"jurisdiction" says:"where the rule holds: CN, EU, EU-DE, UK, …; of a platform's rule, the platform is named instead"`
	Platform     string          `yaml:"platform" says:"the channel whose rule it is, such as wechat_shop"`
	Calendar     string          `yaml:"calendar" says:"the calendar whose days are counted, such as cn"`
}

// effectiveShape is the time in which a rule holds.
type effectiveShape struct {
	From string `yaml:"from" says:"the first day, such as 2026-07-31"`
	To   string `yaml:"to" says:"the last day"`
	By   string `yaml:"by" says:"the day that counts: of the request, or of the contract" words:"request contract"`
}

// head is what every rule has: its id and version, what it says, and its provenance where that differs.
type head struct {
	Rule       string          `yaml:"rule" says:"an id with its version, such as K-ACK@1"`
	What       string          `yaml:"what" says:"a few words that say what the rule is about"`
	Basis      string          `yaml:"basis" says:"what the rule rests on" words:"law platform promise default"`
	Source     string          `yaml:"source" says:"the text it comes from"`
	VerifiedOn string          `yaml:"verified_on" says:"the day somebody last compared it with its source"`
	Confidence string          `yaml:"confidence" says:"how sure we are of it" words:"statute official secondary unverified uncertain own"`
	Effective  *effectiveShape `yaml:"effective" says:"when the rule holds"`
}

type clockShape struct {
	Head       head              `yaml:",inline"`
	After      string            `yaml:"after" says:"how long it runs: 90s, 20h, 7d (a day is 24 hours), or in the days and hours of a calendar: 7 working_day, 16 business_hour"`
	ByPriority map[string]string `yaml:"by_priority" says:"the same for each priority"`
	Calendar   string            `yaml:"calendar" says:"the calendar whose days and hours are counted"`
	CountFrom  string            `yaml:"count_from" says:"whether counting begins at once or with the next day" words:"instant next_day"`
	Ends       string            `yaml:"ends" says:"when on its last day it ends" words:"instant end_of_day close_of_business"`
	Rollover   string            `yaml:"rollover" says:"what happens where the last day is not worked" words:"none next_working_day"`
	Warn       []string          `yaml:"warn" says:"when the person responsible is warned: since the start (16h), as a share of it (75%), or before the end (-4h)"`
	Remind     []string          `yaml:"remind" says:"when the customer is reminded, written in the same way"`
	Scaled     bool              `yaml:"scaled" says:"runs longer for a low priority (see scale)"`
	Trigger    string            `yaml:"trigger" says:"the event that starts a statutory clock"`
}

// ruleShape is a rule of law or of a platform. It says how long something takes (of, term), or what follows (then).
type ruleShape struct {
	Head         head            `yaml:",inline"`
	Jurisdiction string          `yaml:"jurisdiction" says:"where the rule holds, if not where the file says"`
	Platform     string          `yaml:"platform" says:"the channel whose rule it is"`
	When         string          `yaml:"when" says:"a condition over the request; docs/rules.md lists the names it may use"`
	Of           string          `yaml:"of" says:"the clock or the window whose length the rule gives, such as law.refund or window.no_reason"`
	Term         string          `yaml:"term" says:"how long: 7 calendar_day, 48 elapsed_hour, 6 month"`
	Calendar     string          `yaml:"calendar" says:"the calendar whose days are counted"`
	CountFrom    string          `yaml:"count_from" says:"whether counting begins at once or with the next day" words:"instant next_day"`
	Ends         string          `yaml:"ends" says:"when on its last day it ends" words:"instant end_of_day close_of_business"`
	Rollover     string          `yaml:"rollover" says:"what happens where the last day is not worked" words:"none next_working_day"`
	Trigger      string          `yaml:"trigger" says:"the event whose time starts it"`
	Actor        string          `yaml:"actor" says:"who must act" words:"customer merchant repairer carrier platform provider regulator system"`
	OnExpiry     []string        `yaml:"on_expiry" says:"what happens when it passes" words:"escalate flag_legal_breach auto_approve auto_refund auto_close right_lapses convert platform_decides platform_refunds"`
	Floor        bool            `yaml:"floor" says:"no policy may be worse for the customer"`
	Then         *provisionShape `yaml:"then" says:"what follows, where it is not a length of time"`
}

// provisionShape is what follows from a rule besides time.
type provisionShape struct {
	Excludes     []string           `yaml:"excludes" says:"rights that do not exist here: no_reason, fault"`
	Freight      string             `yaml:"freight" says:"who must pay for the way back, whatever the policy's table says" words:"merchant customer"`
	Presumes     []string           `yaml:"presumes" says:"what need not be proven: defect, acceptance"`
	Remedies     []string           `yaml:"remedies" says:"what the customer may choose" words:"return exchange repair price_reduction"`
	Compensation *compensationShape `yaml:"compensation" says:"what is owed beyond the price"`
	AtMost       string             `yaml:"at_most" says:"how often something may happen: 1 per minute, 5 per article"`
	Requires     []string           `yaml:"requires" says:"what must be done or shown"`
	Forbids      []string           `yaml:"forbids" says:"what must not be done; auto keeps the rules from deciding without a person"`
}

type compensationShape struct {
	Times   int    `yaml:"times" says:"a multiple of the price"`
	AtLeast string `yaml:"at_least" says:"the least amount, such as 500 CNY"`
}

type limitShape struct {
	Head        head              `yaml:",inline"`
	Currency    string            `yaml:"currency" says:"three capital letters, such as CNY"`
	LargeRefund string            `yaml:"large_refund" says:"above it a second person decides"`
	SmallAmount string            `yaml:"small_amount" says:"what counts as small in the tables; 0 where it is not given"`
	Goodwill    map[string]string `yaml:"goodwill" says:"what a role may grant beyond what is owed, in one case"`
}

type person struct {
	ID     string `yaml:"id" says:"an opaque id"`
	Deputy string `yaml:"deputy" says:"who is asked next"`
}

type rungShape struct {
	Level int    `yaml:"level" says:"2 to 5"`
	Role  string `yaml:"role" says:"who is asked on this level"`
}

type surveyShape struct {
	Head       head `yaml:",inline"`
	LowOverall int  `yaml:"low_overall" says:"this score and below is followed up"`
	LowNPS     int  `yaml:"low_nps" says:"this score and below, with words"`
	QuietDays  int  `yaml:"quiet_days" says:"a customer asked within these days is not asked again"`
}

type historyShape struct {
	Head head `yaml:",inline"`
	Days int  `yaml:"days" says:"1 to 3650"`
}

type noticesShape struct {
	Head      head   `yaml:",inline"`
	QuietFrom string `yaml:"quiet_from" says:"from this hour of the customer's evening nothing rings that can wait, such as 21:00"`
	QuietTo   string `yaml:"quiet_to" says:"until this hour of the morning, such as 09:00"`
}

// storiesShape has one field per kind of case that this version has a story for.
type storiesShape struct {
	Return   *goodsShape `yaml:"return" says:"a return"`
	Exchange *goodsShape `yaml:"exchange" says:"an exchange; what is not written here is as for a return"`
}

// of finds what is written for a kind.
func (s *storiesShape) of(kind schemas.Kind) *goodsShape {
	switch {
	case s == nil:
		return nil
	case kind == schemas.KindExchange:
		return s.Exchange
	}
	return s.Return
}

type goodsShape struct {
	Windows     windowsShape            `yaml:"windows" says:"how long rights hold"`
	Priority    []rowShape[string]      `yaml:"priority" says:"how urgent a case is"`
	Green       []rowShape[bool]        `yaml:"green_channel" says:"who is served one level earlier, P1 at most"`
	Eligibility []rowShape[eligibility] `yaml:"eligibility" says:"what the rules propose for one line"`
	Freight     []rowShape[string]      `yaml:"freight" says:"who pays for the way back"`
	Evidence    []rowShape[[]string]    `yaml:"evidence" says:"what must be shown before a person decides"`
	Auto        []rowShape[bool]        `yaml:"auto" says:"what needs no person at all"`
	Approval    []rowShape[string]      `yaml:"approval" says:"where a second person decides what is owed, beside the amounts in limits"`
	Suspicion   []rowShape[bool]        `yaml:"suspicion" says:"what a person looks at before any rule or silence grants it; true places an AUTOMATION_HOLD"`
	Deduction   []rowShape[string]      `yaml:"deduction" says:"what is taken off for the grade an inspection finds, where the inspector names no amount"`
}

type windowsShape struct {
	NoReason *windowShape `yaml:"no_reason" says:"goods can be returned without giving a reason"`
	Fault    *windowShape `yaml:"fault" says:"goods that are faulty, or not what was ordered, can be returned"`
}

type windowShape struct {
	Head head `yaml:",inline"`
	Days int  `yaml:"days" says:"calendar days after the day of delivery"`
}

// rowShape is a row of a decision table. A row without `when` is the last one and always decides.
type rowShape[T any] struct {
	Head head   `yaml:",inline"`
	When string `yaml:"when" says:"a condition over the request; docs/rules.md lists the names it may use"`
	Then *T     `yaml:"then" says:"what the row decides"`
}

// eligibility is what a row of that table proposes.
type eligibility struct {
	Proposal string `yaml:"proposal" says:"what is proposed to the person" words:"approve reject review"`
	Owed     bool   `yaml:"owed" says:"the customer has a right to it: silence approves it"`
	Reason   string `yaml:"reason" says:"a code, such as in_window"`
}
