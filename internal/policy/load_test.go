package policy_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/policies"
)

func source(t require.TestingT, name string) string {
	raw, err := fs.ReadFile(policies.Files, name+".yaml")
	require.NoError(t, err)
	return string(raw)
}

func oneFile(text string) fs.FS { return fstest.MapFS{"changed.yaml": {Data: []byte(text)}} }

func load(t require.TestingT, text string) *policy.Book {
	b, err := policy.Load(oneFile(text), "changed")
	require.NoError(t, err)
	return b
}

// Each mistake is made by one replacement in the default policy, and must be told with its line, a caret under the spot, and a
// sentence that helps.
func TestAMistakeIsShownWhereItStands(t *testing.T) {
	cases := []struct{ name, old, new, message, spot string }{
		{"a field nobody knows", "max_rounds: 3 ", "max_round: 3 ", `unknown field "max_round"`, "max_round"},
		{"a clock nobody starts", "  idle_again: ", "  idle_agian: ", "clock idle_agian is not one a story starts", "idle_agian"},
		{"a wrong type", "max_rounds: 3 ", "max_rounds: three ", "expected is a whole number", "three"},
		{"a wrong type for yes and no", "scaled: true, basis: promise, what: somebody", "scaled: 7, basis: promise, what: somebody", "expected is true or false", "7"},
		{"a duration without unit", "after: 60s, what: the system", "after: 60, what: the system", "write a number with a unit", "60"},
		{"a duration of nothing", "after: 60s, what: the system", "after: 0s, what: the system", "at least one second", "0s"},
		{"a duration that would overflow", "after: 60s, what: the system", "after: 2000000000d, what: the system", "longer than ten years", "2000000000d"},
		{"a clock without a time", "{rule: R-SUBMITTED@1, after: 60s,", "{rule: R-SUBMITTED@1,", "after is needed", "{rule: R-SUBMITTED"},
		{"a warning after the end", "warn: [24h, 40h]", "warn: [24h, 50h]", "50h is not before the end of the clock, 2d", "50h"},
		{"warnings out of order", "warn: [24h, 40h]", "warn: [40h, 24h]", "24h is not after the point before it", "24h"},
		{"a share of more than all", "warn: [50%, 75%]", "warn: [50%, 175%]", "write 1% to 99%", "175%"},
		{"a priority that is missing", "{P0: 2h, P1: 4h, P2: 48h, P3: 72h}", "{P0: 2h, P1: 4h, P2: 48h}", "by_priority needs a time for P3", "{P0: 2h"},
		{"a priority nobody knows", "{P0: 2h, P1: 4h, P2: 48h, P3: 72h}", "{P0: 2h, P1: 4h, P2: 48h, P3: 72h, P4: 1h}", `"P4" is not a priority`, "P4"},
		{"a rule without version", "rule: K-ACK@1", "rule: K-ACK", "is not an id with a version", "K-ACK,"},
		{"a rule id used twice", "rule: K-IDLE-AGAIN@1", "rule: K-IDLE@2", "K-IDLE stands here a second time", "K-IDLE@2"},
		{"a rule that does not say what it is", ", what: something happens while it is the merchant's turn}", "}", "what is needed", "{rule: K-IDLE@1"},
		{"a basis nobody knows", "basis: law\n    source: \"消费者权益保护法 (Consumer Protection Law of China), article 25\"", "basis: custom\n    source: x", "basis: \"custom\" is not known", "custom"},
		{"a date that is none", "verified_on: 2026-11-21", "verified_on: 2026-21-11", "write it as 2026-11-21", ""},
		{"a scaled law", "    trigger: parcel.delivered", "    trigger: parcel.delivered\n    scaled: true", "the law knows no priorities", "true"},
		{"a law without trigger", "    trigger: parcel.delivered\n", "", "trigger is needed", "law.refund:"},
		{"an expression with a name nobody knows", "when: fault and open.fault", "when: fault and dayz <= 3", "unknown name dayz", "dayz"},
		{"an expression with an unknown window", "when: fault and open.fault", "when: fault and open.falt", "has no field falt", "falt"},
		{"an expression that is no condition", "when: fault and open.fault", "when: days", "expected bool, but got int", "days"},
		{"an expression that reads a clock", "when: fault and open.fault", "when: fault and now().Year() > 2026", "unknown name now", "now()"},
		{"an expression that does not parse", "when: fault and open.fault", "when: fault and (days", "unexpected token EOF", ""},
		{"an expression that compares unlike things", `when: reason == "not_received"`, "when: reason == 7", "mismatched types string and int", "== 7"},
		{"a table that is not total", "      - rule: E-LATE@1\n        then:", "      - rule: E-LATE@1\n        when: days > 30\n        then:", "the last row of eligibility has a condition", "days > 30"},
		{"a row that hides the rest", "        when: not delivered\n", "", "a row without `when` always decides", "rule: E-NOT-DELIVERED"},
		{"a row that decides nothing", "        when: not delivered\n        then: {proposal: review, owed: false, reason: not_delivered}\n", "        when: not delivered\n", "then is needed", "rule: E-NOT-DELIVERED"},
		{"a proposal nobody knows", "{proposal: reject, owed: false, reason: out_of_window}", "{proposal: refuse, owed: false, reason: out_of_window}", `"refuse" is not known`, "{proposal: refuse"},
		{"a right proposed for refusal", "{proposal: reject, owed: false, reason: out_of_window}", "{proposal: reject, owed: true, reason: out_of_window}", "what is owed cannot be proposed for refusal", "{proposal: reject, owed: true"},
		{"freight that nobody pays", "        then: merchant\n", "        then: carrier\n", `"carrier" is not known`, "carrier"},
		{"evidence that is no code", "then: [photo]", "then: [A photo]", `"A photo" is not a code`, "[A photo]"},
		{"a window shorter than the law's", "D-NO-REASON@1, days: 30", "D-NO-REASON@1, days: 10", "10d is less than the law grants for the right to return without a reason: 14 calendar_day", "10"},
		{"a duty slower than the law's", "    after: 7d\n    warn: [-72h", "    after: 9d\n    warn: [-72h", "9d is longer than the law allows for the refund of returned goods: 7 calendar_day, next_working_day (CN-05@1, 消费者权益保护法 第25条)", "9d"},
		{"a currency without limits", "JPY, HKD]", "JPY, HKD, CHF]", "CHF has no limits", "CHF"},
		{"a condition about a currency without limits", "when: fault and open.fault", "when: fault and open.fault and currency == 'CHF'", "CHF has no limits in this policy", "fault and"},
		{"a row that is never reached", "when: shipped_other and open.fault", "when: not delivered and shipped_other", "no request reaches this row of eligibility", "not delivered and"},
		{"a condition that is never true", "when: fault and open.fault", "when: fault and days > 5 and days < 3", "no request reaches this row of eligibility", "fault and days"},
		{"a warning before the start", "warn: [-72h, -24h, -4h]", "warn: [-200h, -24h, -4h]", "-200h is before the start of the clock, which runs for 7d", "-200h"},
		{"a length of time in an unknown unit", "after: 5d, what: something happens while", "after: 5 fortnight, what: something happens while", "is not known here; use one of", "5 fortnight"},
		{"days without a calendar", "after: 5d, what: something happens while", "after: 5 working_day, what: something happens while", "needs a calendar", "5 working_day"},
		{"a calendar nobody knows", "after: 5d, what: something happens while", "after: 5 working_day, calendar: moon, what: something happens while", "calendar: \"moon\" is not known", "moon"},
		{"a calendar for time that simply passes", "after: 5d, what: something happens while", "after: 5d, calendar: cn, what: something happens while", "5d simply passes and needs no calendar", "5d"},
		{"a share of a clock that a calendar counts", "after: 45d, warn: [75%]", "after: 30 working_day, calendar: cn, warn: [75%]", "write -4h instead of 75%", "75%"},
		{"a pack nobody knows", "packs: [cn, eu, uk]", "packs: [cn, mars]", "there is no pack \"mars\"", "mars"},
		{"a pack twice", "packs: [cn, eu, uk]", "packs: [cn, eu, cn]", "pack \"cn\" stands here twice", "cn]"},
		{"a policy as a pack", "packs: [cn, eu, uk]", "packs: [cn, demo]", "\"demo\" is a policy and no pack", "demo"},
		{"an approval nobody knows", "then: second_person", "then: third_person", "\"third_person\" is not known", "third_person"},
		{"a deduction that is no share", "then: 20%", "then: 20", "is not a share of the price", "20"},
		{"a deduction of more than all", "then: 20%", "then: 120%", "more than the whole price", "120%"},
		{"quiet hours that are none", "quiet_to: \"09:00\"", "quiet_to: \"9 am\"", "is not a time of day", "\"9 am\""},
		{"an amount without currency", "large_refund: 5000 CNY", "large_refund: 5000", "write a number and a currency", "5000"},
		{"an amount in another currency", "large_refund: 5000 CNY", "large_refund: 5000 USD", "not in the currency of this entry, CNY", "5000 USD"},
		{"more decimals than a currency has", "{agent: 1000 JPY,", "{agent: 1000.5 JPY,", "JPY has 0 decimal places", "1000.5 JPY"},
		{"a negative amount", "{agent: 1000 JPY,", "{agent: -1000 JPY,", "is not an amount", "-1000 JPY"},
		{"an agent with more than a team lead", "agent: 50 CNY", "agent: 900 CNY", "would be allowed less than the role below it", "200 CNY"},
		{"a customer who grants", "{agent: 50 CNY,", "{customer: 50 CNY,", "cannot grant anything", "customer: 50 CNY"},
		{"a currency that has limits twice", "currency: HKD", "currency: JPY", "JPY has limits already", "JPY"},
		{"a currency that is none", "currency: HKD", "currency: hkd", "write three capital letters", "hkd"},
		{"a deputy nobody knows", "{id: agent-1, deputy: agent-2}", "{id: agent-1, deputy: agent-9}", "deputy agent-9 does not have the role agent", "agent-9"},
		{"one's own deputy", "{id: agent-1, deputy: agent-2}", "{id: agent-1, deputy: agent-1}", "cannot be the deputy", "agent-1"},
		{"a person twice", "{id: agent-2, deputy: agent-3}", "{id: agent-1, deputy: agent-3}", "stands here twice", "{id: agent-1"},
		{"a role nobody knows", "  handler:\n    - {id", "  hadler:\n    - {id", "is not a role of staff", "hadler"},
		{"finance alone", "    - {id: finance-1, deputy: finance-2}\n    - {id: finance-2, deputy: finance-1}", "    - {id: finance-1}", "two of finance are needed", "finance:"},
		{"a ladder with a gap", "{level: 3, role: supervisor}", "{level: 4, role: supervisor}", "level 3 is expected here", "{level: 4"},
		{"a rung with nobody on it", "{level: 3, role: supervisor}", "{level: 3, role: legal}", `nobody has the role "legal"`, "legal"},
		{"a score that cannot be", "low_nps: 6 ", "low_nps: 16 ", "use 0 to 10", "16"},
		{"a last rung that refuses", "last_rung: grant_owed", "last_rung: refuse", "use grant_owed", "refuse"},
		{"a zone nobody knows", "zone: UTC", "zone: Mars/Base", "is not a time zone", "Mars/Base"},
		{"a zone that depends on the machine", "zone: UTC", "zone: Local", "name a time zone", "Local"},
		{"a key twice", "max_rounds: 3 ", "zone: UTC\nmax_rounds: 3 ", "already defined", "zone"},
		{"an alias", "zone: UTC", "zone: &z UTC", "anchors, aliases and tags are not allowed", "&"},
		{"no YAML at all", "zone: UTC", "zone: [UTC", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			before := source(t, "default")
			text := strings.Replace(before, c.old, c.new, 1)
			require.True(t, before != text, "the replacement found nothing")
			_, err := policy.Load(fstest.MapFS{"changed.yaml": {Data: []byte(text)}}, "changed")
			require.Error(t, err)
			require.ErrorContains(t, err, c.message)
			fault := faultAbout(err, c.message)
			require.NotNil(t, fault)
			require.Equal(t, "changed.yaml", fault.File)
			require.Positive(t, fault.Line, err)
			lines := strings.Split(text, "\n")
			require.Equal(t, lines[fault.Line-1], fault.Text)
			if c.spot != "" {
				require.True(t, strings.HasPrefix(string([]rune(fault.Text)[fault.Column-1:]), c.spot), "the caret is elsewhere:\n%s", fault)
			}
			require.True(t, strings.HasSuffix(fault.Error(), "^"))
		})
	}
}

// faultAbout finds the fault with a message in what may be several.
func faultAbout(err error, message string) *policy.Fault {
	var f *policy.Fault
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range many.Unwrap() {
			if f := faultAbout(e, message); f != nil {
				return f
			}
		}
		return nil
	}
	if errors.As(err, &f) && strings.Contains(f.Message, message) {
		return f
	}
	return nil
}

func TestAMistakeLooksLikeACompilers(t *testing.T) {
	text := strings.Replace(source(t, "demo"), "return.review:                {after: 90s}", "return.review:                {after: 90}", 1)
	_, err := policy.Load(fstest.MapFS{"demo.yaml": {Data: []byte(text)}, "default.yaml": {Data: []byte(source(t, "default"))}}, "demo")
	require.EqualError(t, err, `demo.yaml:30:41: duration "90": write a number with a unit, such as 90s, 4h or 7d
   30 |   return.review:                {after: 90}
      |                                         ^`)
}

func TestTheCaretStandsUnderChineseToo(t *testing.T) {
	f := &policy.Fault{File: "x.yaml", Line: 1, Column: 4, Message: "m", Text: "退货: x"}
	require.Equal(t, "x.yaml:1:4: m\n    1 | 退货: x\n      |      ^", f.Error())
	f = &policy.Fault{File: "x.yaml", Line: 1, Column: 501, Message: "m", Text: strings.Repeat("a", 500) + "b" + strings.Repeat("a", 500)}
	require.Less(t, len(f.Error()), 500)
	lines := strings.Split(f.Error(), "\n")
	require.Equal(t, byte('b'), lines[1][strings.Index(lines[2], "^")])
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	text := strings.NewReplacer("after: 1m,", "after: 1,", "zone: UTC", "zone: Nowhere", "then: merchant", "then: moon").Replace(source(t, "default"))
	_, err := policy.Load(fstest.MapFS{"changed.yaml": {Data: []byte(text)}}, "changed", "absent")
	for _, part := range []string{`duration "1"`, `"Nowhere" is not a time zone`, `"moon" is not known`, "policy absent"} {
		require.ErrorContains(t, err, part)
	}
}

func TestEveryClockAndSectionIsNeeded(t *testing.T) {
	for _, id := range policy.Clocks {
		text := source(t, "default")
		from := strings.Index(text, "\n  "+id+":")
		require.Positive(t, from, id)
		rest := text[from+1:]
		to := strings.Index(rest, "\n") // one-line clocks end with their line, others with the first line not indented deeper
		for !strings.HasPrefix(rest[to:], "\n\n") && strings.HasPrefix(rest[to:], "\n    ") {
			to += 1 + strings.Index(rest[to+1:], "\n")
		}
		_, err := policy.Load(fstest.MapFS{"changed.yaml": {Data: []byte(text[:from] + rest[to:])}}, "changed")
		require.ErrorContains(t, err, "clock "+id+" is missing")
	}
	_, err := policy.Load(fstest.MapFS{"changed.yaml": {Data: []byte("dev_only: true\n")}}, "changed")
	for _, part := range []string{"zone", "max_rounds", "last_rung", "clock ack", "limits", "nobody has the role agent", "ladder", "survey", "stories.return"} {
		require.ErrorContains(t, err, part)
	}
}

func TestAPolicyThatExtendsAnotherNamesOnlyWhatItChanges(t *testing.T) {
	files := func(child string) fs.FS {
		return fstest.MapFS{
			"mine.yaml": {Data: []byte(child)}, "default.yaml": {Data: []byte(source(t, "default"))}, "demo.yaml": {Data: []byte(source(t, "demo"))},
		}
	}
	b, err := policy.Load(files("extends: default\nclocks:\n  return.review: {rule: X-REVIEW@1, after: 6h}\n"), "mine")
	require.NoError(t, err)
	plan, _, err := b.Plan("mine", facts())
	require.NoError(t, err)
	require.Equal(t, d("6h"), plan.Clocks["return.review"].After.D())
	require.Equal(t, "X-REVIEW@1", plan.Clocks["return.review"].Rule)
	require.Equal(t, "promise", plan.Clocks["return.review"].Basis)
	require.Equal(t, d("16h"), plan.Clocks["return.received"].After.D())
	require.False(t, b.Has("default"), "what was not asked for is not offered")

	_, err = policy.Load(files("extends: demo\n"), "mine")
	require.ErrorContains(t, err, `extend "default" instead`)
	_, err = policy.Load(files("extends: nothing\n"), "mine")
	require.ErrorContains(t, err, `there is no policy "nothing"`)
	_, err = policy.Load(files("extends: ../secret\n"), "mine")
	require.ErrorContains(t, err, "a name has 1 to 64 letters")
	_, err = policy.Load(files("extends: default\nclocks:\n  formalities: {after: 30h}\n"), "mine")
	require.ErrorContains(t, err, "mine.yaml:3:16: 40h is not before the end of the clock, 30h")
}

func TestTheVersionIsTheContent(t *testing.T) {
	versionOf := func(files fstest.MapFS, name string) string {
		b, err := policy.Load(files, name)
		require.NoError(t, err)
		plan, _, err := b.Plan(name, facts())
		require.NoError(t, err)
		return plan.Version
	}
	original := fstest.MapFS{"default.yaml": {Data: []byte(source(t, "default"))}, "demo.yaml": {Data: []byte(source(t, "demo"))}}
	changed := fstest.MapFS{"default.yaml": {Data: []byte(source(t, "default") + "# a remark\n")}, "demo.yaml": original["demo.yaml"]}
	require.Len(t, versionOf(original, "default"), 16)
	require.Equal(t, versionOf(original, "default"), versionOf(original, "default"))
	require.NotEqual(t, versionOf(original, "default"), versionOf(changed, "default"))
	require.NotEqual(t, versionOf(original, "demo"), versionOf(changed, "demo"), "what a policy extends is part of it")
	require.NotEqual(t, versionOf(original, "default"), versionOf(original, "demo"))
}

// Whatever a file holds, reading it ends with a book or with faults, never otherwise.
func FuzzLoad(f *testing.F) {
	text := source(f, "default")
	f.Add(text)
	f.Add(source(f, "demo"))
	f.Add("")
	f.Add("a: [")
	f.Add("stories:\n  return:\n    auto:\n      - when: \"1 +\"\n")
	f.Add("clocks: {ack: {after: 99999999999999999999d}}")
	f.Add(strings.Repeat("[", 5000))
	f.Add("? \n? ")
	f.Add("extends: changed\n")
	f.Add(strings.Replace(text, "when: fault and", "when: fault or", 1))
	f.Fuzz(func(t *testing.T, text string) {
		b, err := policy.Load(fstest.MapFS{"changed.yaml": {Data: []byte(text)}}, "changed")
		if err != nil {
			require.Nil(t, b)
			require.NotEmpty(t, err.Error())
			return
		}
		_, _, err = b.Plan("changed", facts())
		if err != nil {
			require.True(t, errors.Is(err, policy.ErrNoLimits) || strings.Contains(err.Error(), "cannot be decided"), err)
		}
	})
}
