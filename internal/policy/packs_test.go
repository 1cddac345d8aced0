package policy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/policies"
	"github.com/aftercare/aftercare/schemas"
)

var packs = []string{"cn", "eu", "uk"}

// shipped lists the rules of every pack, by id with version.
func shipped(t testing.TB) map[string]policy.Rule {
	rules := map[string]policy.Rule{}
	for _, pack := range packs {
		report, err := policy.Check(policies.Files, pack)
		require.NoError(t, err)
		require.True(t, report.Pack)
		for _, r := range report.Rules {
			rules[r.ID+"@"+r.Version] = r
		}
	}
	return rules
}

type change = func(*policy.Facts)

func under(law string) change { return func(f *policy.Facts) { f.Jurisdiction = law } }
func on(channel schemas.Channel) change {
	return func(f *policy.Facts) { f.Channel = channel }
}
func ofKind(k schemas.Kind) change { return func(f *policy.Facts) { f.Kind = k } }
func asOf(day string) change {
	return func(f *policy.Facts) { f.At = date(day); f.DeliveredAt = f.At.AddDate(0, 0, -3) }
}
func placed(day string) change { return func(f *policy.Facts) { f.PlacedAt = date(day) } }
func uninformed(f *policy.Facts) {
	f.Uninformed = true
}

func inPounds(minor int64) change {
	return func(f *policy.Facts) {
		f.Currency = "GBP"
		f.Lines[0].UnitPrice = schemas.Money{Minor: minor, Currency: "GBP"}
	}
}

// article changes what is known about the article of the one line.
func article(change func(*policy.Item)) change {
	return func(f *policy.Facts) {
		item := f.Items["1"]
		change(&item)
		f.Items = map[string]policy.Item{"1": item}
	}
}

func mark(words ...string) change {
	return article(func(i *policy.Item) { i.Marks = append(slices.Clone(i.Marks), words...) })
}

func found(words ...string) change {
	return article(func(i *policy.Item) { i.Established = append(slices.Clone(i.Established), words...) })
}
func in(category string) change { return article(func(i *policy.Item) { i.Category = category }) }
func confirmed(f *policy.Facts) { article(func(i *policy.Item) { i.Confirmed = true })(f) }
func repaired(n int) change     { return article(func(i *policy.Item) { i.Repairs = n }) }
func exchanged(n int) change    { return article(func(i *policy.Item) { i.Exchanges = n }) }

func date(day string) time.Time {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return at.Add(8 * time.Hour)
}

// ruleCase is a request under which a rule holds, and others like it under which it does not.
type ruleCase struct {
	fires policy.Facts
	not   []policy.Facts
}

// cases are made from an ordinary return, three days after the delivery: what they share, and what makes the difference.
func cases(shared, fires []change, not ...[]change) ruleCase {
	made := func(more []change) policy.Facts {
		return facts(slices.Concat([]change{after(3)}, shared, more)...)
	}
	c := ruleCase{fires: made(fires)}
	for _, more := range not {
		c.not = append(c.not, made(more))
	}
	return c
}

func with(changes ...change) []change { return changes }

var (
	faulty     = because(schemas.Defective)
	lost       = because(schemas.NotReceived)
	complaint  = ofKind(schemas.KindComplaint)
	exchange   = ofKind(schemas.KindExchange)
	repair     = ofKind(schemas.KindRepair)
	takeBack   = ofKind(schemas.KindReturn)
	unwanted   = because(schemas.ChangedMind)
	nothing    = with()
	guaranteed = mark("three_guarantees")
)

// everyRule has a case that fires each shipped rule, and one that does not.
var everyRule = map[string]ruleCase{
	"CN-01@1":           cases(with(inChina), nothing, with(after(8)), with(faulty)),
	"CN-02@1":           cases(with(inChina, mark("sealed_media")), with(found("opened")), nothing),
	"CN-03@1":           cases(with(inChina), with(found("opened")), with(found("opened"), mark("sealed_media"))),
	"CN-04@1":           cases(with(inChina), nothing, with(refundOnly)),
	"CN-05@1":           cases(with(inChina), nothing, with(under("US")), with(complaint)),
	"CN-06@1":           cases(with(inChina), with(faulty), nothing),
	"CN-06-NO-REASON@1": cases(with(inChina), nothing, with(shippedOther)),
	"CN-07@1":           cases(with(inChina, faulty), nothing, with(after(8)), with(unwanted)),
	"CN-07-LATER@1":     cases(with(inChina, faulty), with(after(8)), nothing),
	"CN-08@2":           cases(with(inChina), with(faulty), nothing),
	"CN-08-KEPT@1":      cases(with(inChina, faulty), with(func(f *policy.Facts) { f.RefundOnly = true }), nothing),
	"CN-09@1":           cases(with(inChina), with(mark("prepaid")), nothing),
	"CN-10@1":           cases(with(inChina, faulty, in("computer")), with(after(180)), with(after(190)), with(in("toaster"))),
	"CN-11@1":           cases(with(inChina), with(found("fraud")), nothing),
	"CN-11-FOOD@1":      cases(with(inChina, in("food")), with(found("unsafe")), nothing),
	"CN-12@1":           cases(with(inChina, lost), with(complaint), nothing),
	"CN-13@1":           cases(with(inChina), with(found("transport_damage")), nothing),
	"CN-14@1":           cases(with(inChina), with(complaint), nothing),
	"CN-15@1":           cases(with(inChina, refundOnly, on("taobao")), with(asOf("2026-02-01")), with(asOf("2026-01-31")), with(asOf("2026-02-01"), undelivered)),
	"CN-15-INSURANCE@1": cases(with(inChina), with(on("pinduoduo")), with(on("web"))),
	"CN-16@1":           cases(with(inChina), with(asOf("2024-07-01")), with(asOf("2024-06-30")), with(asOf("2024-07-01"), faulty)),
	"CN-17@1":           cases(with(inChina, on("douyin")), with(askedForPerson), nothing),

	"3B-01@1":                    cases(with(inChina, faulty), with(guaranteed), nothing),
	"3B-02@1":                    cases(with(inChina, faulty, guaranteed), with(after(15)), with(after(16)), with(unwanted)),
	"3B-03@1":                    cases(with(inChina, faulty, guaranteed), with(repaired(2), after(300)), with(repaired(1), after(300))),
	"3B-04@1":                    cases(with(inChina, faulty, guaranteed), with(repair), with(repair, found("no_parts"))),
	"3B-05@1":                    cases(with(inChina, faulty, guaranteed, repair, found("no_parts")), with(in("television")), with(in("mobile_phone"))),
	"3B-05-PHONE@1":              cases(with(inChina, faulty, guaranteed, repair, found("no_parts")), with(in("mobile_phone")), with(in("television"))),
	"3B-06@1":                    cases(with(inChina, faulty, guaranteed, after(10)), with(found("no_same_model")), nothing),
	"3B-06-REPAIRED@1":           cases(with(inChina, faulty, guaranteed, after(200), found("no_same_model")), with(repaired(2)), nothing),
	"3B-07@1":                    cases(with(inChina, faulty, guaranteed, repaired(2)), nothing, with(found("no_same_model"))),
	"3B-08@1":                    cases(with(inChina, guaranteed), with(exchanged(1)), nothing),
	"3B-09@1":                    cases(with(inChina, guaranteed), with(repaired(1)), nothing),
	"3B-10@1":                    cases(with(inChina, faulty, in("charger"), after(200)), with(exchanged(2)), with(exchanged(1))),
	"3B-10-BATTERY@1":            cases(with(inChina, faulty, in("battery"), exchanged(2)), with(after(180)), with(after(190)), with(after(180), exchanged(1))),
	"3B-10-HEADSET@1":            cases(with(inChina, faulty, in("headset"), exchanged(2)), with(after(90)), with(after(100)), with(after(90), exchanged(1))),
	"3B-11@1":                    cases(with(inChina, faulty, guaranteed), with(found("serial_mismatch")), nothing),
	"3B-12@1":                    cases(with(inChina, faulty, guaranteed), with(exchange), nothing),
	"3B-PERIOD-WHOLE@1":          cases(with(inChina, in("mobile_phone")), nothing, with(mark("main_part"))),
	"3B-PERIOD-COMPUTER-PARTS@1": cases(with(inChina, in("computer")), with(mark("main_part")), nothing),
	"3B-PERIOD-PARTS@1":          cases(with(inChina, in("refrigerator")), with(mark("main_part")), nothing),
	"3B-PERIOD-CHARGER@1":        cases(with(inChina), with(in("charger")), nothing),
	"3B-PERIOD-BATTERY@1":        cases(with(inChina), with(in("battery")), nothing),
	"3B-PERIOD-HEADSET@1":        cases(with(inChina), with(in("headset")), nothing),

	"WX-01@1":        cases(with(on("wechat_shop")), with(refundOnly), nothing),
	"WX-02@1":        cases(with(on("wechat_shop")), nothing, with(refundOnly)),
	"WX-03@1":        cases(with(on("wechat_shop")), nothing, with(refundOnly)),
	"WX-04@1":        cases(nothing, with(on("wechat_shop")), with(on("wechat")), with(on("wechat_shop"), refundOnly)),
	"WX-05@1":        cases(with(on("wechat_shop")), with(exchange), with(complaint)),
	"WX-06@1":        cases(with(on("wechat_shop")), nothing, with(complaint)),
	"WX-06-PERIOD@1": cases(with(on("wechat_shop")), with(after(6)), with(after(7)), with(complaint)),
	"WX-07@1":        cases(with(on("wechat_shop")), nothing, with(exchange)),
	"WX-08@1":        cases(with(on("wechat_shop")), nothing, with(undelivered)),
	"WX-09@1":        cases(with(on("wechat_miniprogram"), complaint), with(asOf("2024-03-25")), with(asOf("2024-03-24")), with(asOf("2024-03-25"), takeBack)),
	"WX-10@1":        cases(with(complaint), with(on("wechat_miniprogram")), with(on("wechat_shop")), with(on("wechat_miniprogram"), takeBack)),
	"WX-11@1":        cases(with(on("wechat_shop")), with(complaint), nothing),
	"WX-12@1":        cases(with(on("wechat_shop")), nothing, with(complaint)),

	"TB-01@1": cases(with(on("taobao")), with(undelivered), nothing),
	"TB-02@1": cases(with(on("taobao")), nothing, with(undelivered)),
	"TB-03@1": cases(with(on("taobao")), nothing, with(refundOnly)),
	"TB-04@1": cases(with(on("taobao")), nothing, with(refundOnly)),
	"TB-05@1": cases(nothing, with(on("taobao")), with(on("jd")), with(on("taobao"), complaint)),
	"TB-06@1": cases(with(on("taobao"), faulty), with(after(14)), with(after(15)), with(after(14), unwanted)),
	"TB-07@1": cases(with(on("taobao")), with(after(7)), with(after(8)), with(after(7), faulty)),
	"JD-01@1": cases(nothing, with(on("jd")), with(on("taobao")), with(on("jd"), complaint)),
	"JD-02@1": cases(with(on("jd")), nothing, with(refundOnly)),
	"JD-03@1": cases(with(on("jd")), nothing, with(refundOnly)),
	"JD-04@1": cases(with(on("jd")), with(complaint), nothing),
	"PD-01@1": cases(nothing, with(on("pinduoduo")), with(on("web")), with(on("pinduoduo"), complaint)),
	"PD-02@1": cases(with(on("pinduoduo")), nothing, with(refundOnly)),
	"PD-03@1": cases(with(on("pinduoduo")), nothing, with(refundOnly)),
	"DY-01@1": cases(nothing, with(on("douyin")), with(on("web")), with(on("douyin"), complaint)),
	"DY-02@1": cases(with(on("douyin")), nothing, with(refundOnly)),
	"DY-03@1": cases(with(on("douyin")), nothing, with(refundOnly)),
	"DY-04@1": cases(with(on("douyin")), nothing, with(complaint)),

	"EU-01@1":             cases(with(under("EU-DE")), with(after(13)), with(after(20)), with(after(13), exchange)),
	"EU-02@1":             cases(with(under("EU-DE"), after(300)), with(uninformed), nothing),
	"EU-03@1":             cases(with(under("EU-FR")), with(asOf("2026-06-19")), with(asOf("2026-06-18")), with(asOf("2026-06-19"), complaint)),
	"EU-04@1":             cases(with(under("EU-DE")), nothing, with(faulty)),
	"EU-04-WITHHELD@1":    cases(nothing, with(under("EU-DE")), with(under("UK")), with(under("EU-DE"), complaint)),
	"EU-04-PROMPT@1":      cases(nothing, with(under("EU-DE")), with(under("EU-DE"), complaint)),
	"EU-05@1":             cases(with(under("EU-DE")), nothing, with(refundOnly)),
	"EU-05-COST@1":        cases(with(under("EU-DE")), nothing, with(uninformed)),
	"EU-05-UNINFORMED@1":  cases(with(under("EU-DE")), with(uninformed), nothing),
	"EU-05-EXCLUDED@1":    cases(with(under("EU-DE"), mark("hygiene")), with(found("opened")), nothing),
	"EU-06@1":             cases(with(under("EU-DE"), placed("2026-09-20"), faulty, after(700)), nothing, with(mark("second_hand"))),
	"EU-06-USED@1":        cases(with(under("EU-DE"), placed("2026-09-20"), faulty, mark("second_hand")), with(after(360)), with(after(370)), with(unwanted)),
	"EU-07@1":             cases(with(under("EU-DE"), placed("2026-09-20"), faulty), with(after(360)), with(after(370)), with(unwanted)),
	"EU-08@1":             cases(with(under("EU-DE"), placed("2026-09-20"), faulty, after(300)), with(repaired(1)), nothing),
	"EU-08-MINOR@1":       cases(with(under("EU-DE"), placed("2026-09-20"), faulty, repaired(1)), with(found("minor")), nothing),
	"EU-09@1":             cases(with(under("EU-DE"), faulty, repaired(1), after(800)), with(placed("2026-07-31")), with(placed("2026-07-30")), with(placed("2026-07-31"), repaired(0))),
	"EU-09-RETURN@1":      cases(with(under("EU-DE"), faulty, placed("2026-07-31"), after(800)), with(repaired(1)), with(exchanged(1))),
	"EU-09-INFORM@1":      cases(with(under("EU-DE"), faulty), with(placed("2026-07-31")), with(placed("2026-07-30")), with(placed("2026-07-31"), unwanted)),
	"EU-09-REFURBISHED@1": cases(with(under("EU-DE"), faulty, placed("2026-08-01")), with(exchange), nothing),
	"EU-10@1":             cases(with(under("EU-DE"), faulty, repair, after(800)), with(in("dishwasher")), with(in("toaster"))),
	"EU-13@1":             cases(with(under("EU-DE"), complaint), with(asOf("2025-07-20")), with(asOf("2025-07-19")), with(asOf("2025-07-20"), takeBack)),
	"EU-14@1":             cases(with(under("EU-DE")), with(complaint), nothing),
	"EU-14-ANSWER@1":      cases(with(under("EU-DE"), complaint), with(asOf("2028-09-20")), with(asOf("2028-09-19")), with(asOf("2028-09-20"), takeBack)),
	"EU-15@1":             cases(with(under("EU-DE")), with(mark("recalled")), nothing),
	"EU-15-CHOICE@1":      cases(with(under("EU-DE")), with(mark("recalled")), nothing),

	"UK-01@1":            cases(with(under("UK"), faulty), with(after(30)), with(after(31)), with(mark("perishable"))),
	"UK-02@1":            cases(with(under("UK"), faulty), with(repaired(1)), nothing),
	"UK-03@1":            cases(with(under("UK"), faulty, after(500)), with(exchanged(1)), nothing),
	"UK-04@1":            cases(with(under("UK"), faulty), with(after(180)), with(after(190)), with(in("vehicle"))),
	"UK-04-VEHICLE@1":    cases(with(under("UK"), faulty), with(in("vehicle")), nothing),
	"UK-05@1":            cases(with(under("UK")), with(faulty), nothing),
	"UK-06@1":            cases(with(under("UK")), with(after(14)), with(after(15)), with(exchange)),
	"UK-06-UNINFORMED@1": cases(with(under("UK"), after(300)), with(uninformed), nothing),
	"UK-06-EXCLUDED@1":   cases(with(under("UK"), mark("sealed_media")), with(found("opened")), nothing),
	"UK-07@1":            cases(nothing, with(under("UK")), with(under("EU-DE")), with(under("UK"), exchange)),
	"UK-08@1":            cases(with(under("UK")), with(faulty), nothing),
	"UK-09@1":            cases(with(under("UK"), faulty), with(inPounds(10_001)), with(inPounds(10_000))),
}

func TestEveryShippedRuleHasACaseThatFiresItAndOneThatDoesNot(t *testing.T) {
	rules := shipped(t)
	for name := range rules {
		require.Contains(t, everyRule, name, "rule %s has no case here", name)
	}
	for name, c := range everyRule {
		require.Contains(t, rules, name, "no pack has rule %s", name)
		require.True(t, fires(t, book(t), name, c.fires), "%s does not fire", name)
		require.NotEmpty(t, c.not, name)
		for i, f := range c.not {
			require.False(t, fires(t, book(t), name, f), "%s fires in case %d, where it should not", name, i)
		}
	}
}

func fires(t *testing.T, b *policy.Book, rule string, f policy.Facts) bool {
	fired, err := b.Firing("default", f, "1")
	require.NoError(t, err)
	return slices.Contains(fired, rule)
}

// TestEveryConditionMakesADifference takes all conditions away: each rule that had one fires in a case in which it did not.
// Otherwise its condition could say anything.
func TestEveryConditionMakesADifference(t *testing.T) {
	without := fstest.MapFS{}
	for _, pack := range packs {
		text := regexp.MustCompile(`(?m)^    when: .*\n`).ReplaceAllString(source(t, pack), "")
		without[pack+".yaml"] = &fstest.MapFile{Data: []byte(text)}
	}
	b, err := policy.Load(without, "default")
	require.NoError(t, err)
	for name, r := range shipped(t) {
		require.NotEmpty(t, r.Condition, "%s always holds, so that nothing shows what it is good for", name)
		require.True(t, slices.ContainsFunc(everyRule[name].not, func(f policy.Facts) bool { return fires(t, b, name, f) }), "no case shows the condition of %s", name)
	}
}

// dated are lengths of time worked out by hand: when the rule's own layer ends, in the zone it counts in. A day that ends is
// written as 24:00.
var dated = []struct {
	rule, from, due string
	provisional     bool
}{
	// China. 2026-10-01 to 07 is a holiday, 10-10 is worked; 02-15 to 23 is one, 02-14 and 02-28 are worked; 01-04 is worked.
	{rule: "CN-01@1", from: "2026-09-24 15:20", due: "2026-10-08 24:00"},
	{rule: "CN-01@1", from: "2025-12-28 10:00", due: "2026-01-04 24:00"},
	{rule: "CN-04@1", from: "2026-11-21 15:20", due: "2026-12-07 24:00"},
	{rule: "CN-05@1", from: "2026-02-07 09:00", due: "2026-02-14 24:00"},
	{rule: "CN-07@1", from: "2026-02-10 23:59", due: "2026-02-24 24:00"},
	{rule: "CN-08@2", from: "2026-09-20 10:00", due: "2026-10-08 24:00"},
	{rule: "CN-08-KEPT@1", from: "2026-09-20 10:00", due: "2026-10-08 24:00"},
	{rule: "CN-09@1", from: "2026-11-23 10:00", due: "2026-12-08 24:00"},
	{rule: "CN-10@1", from: "2026-08-31 10:00", due: "2027-03-01 24:00", provisional: true}, // 02-28 is the last day of six months, and a Sunday
	{rule: "CN-12@1", from: "2026-09-24 00:00", due: "2026-10-08 24:00"},
	{rule: "3B-01@1", from: "2026-11-02 10:00", due: "2026-11-09 24:00"},
	{rule: "3B-02@1", from: "2026-11-02 10:00", due: "2026-11-17 24:00"},
	{rule: "3B-03@1", from: "2025-11-12 10:00", due: "2026-11-12 24:00"},
	{rule: "3B-04@1", from: "2026-10-09 10:00", due: "2026-11-09 24:00"},
	{rule: "3B-05@1", from: "2026-08-01 10:00", due: "2026-10-30 24:00"},
	{rule: "3B-05-PHONE@1", from: "2026-08-01 10:00", due: "2026-09-30 24:00"},
	{rule: "3B-06@1", from: "2026-11-06 10:00", due: "2026-11-23 24:00"},
	{rule: "3B-06-REPAIRED@1", from: "2025-11-14 10:00", due: "2026-11-16 24:00"},
	{rule: "3B-08@1", from: "2025-10-03 10:00", due: "2026-10-08 24:00"},
	{rule: "3B-10@1", from: "2025-11-12 10:00", due: "2026-11-12 24:00"},
	{rule: "3B-10-BATTERY@1", from: "2026-05-12 10:00", due: "2026-11-12 24:00"},
	{rule: "3B-10-HEADSET@1", from: "2026-08-12 10:00", due: "2026-11-12 24:00"},
	{rule: "3B-PERIOD-WHOLE@1", from: "2024-02-29 10:00", due: "2025-02-28 24:00"},
	{rule: "3B-PERIOD-COMPUTER-PARTS@1", from: "2024-11-12 10:00", due: "2026-11-12 24:00"},
	{rule: "3B-PERIOD-PARTS@1", from: "2023-11-12 10:00", due: "2026-11-12 24:00"},
	{rule: "3B-PERIOD-CHARGER@1", from: "2025-11-12 10:00", due: "2026-11-12 24:00"},
	{rule: "3B-PERIOD-BATTERY@1", from: "2026-05-12 10:00", due: "2026-11-12 24:00"},
	{rule: "3B-PERIOD-HEADSET@1", from: "2026-08-12 10:00", due: "2026-11-12 24:00"},

	// Platforms: hours that pass, over holidays too.
	{rule: "WX-01@1", from: "2026-09-30 20:00", due: "2026-10-02 20:00"},
	{rule: "WX-02@1", from: "2026-11-21 15:20", due: "2026-11-23 15:20"},
	{rule: "WX-03@1", from: "2026-11-21 15:20", due: "2026-11-28 15:20"},
	{rule: "WX-04@1", from: "2026-11-21 15:20", due: "2026-12-01 15:20"},
	{rule: "WX-05@1", from: "2026-11-21 15:20", due: "2026-11-28 15:20"},
	{rule: "WX-06-PERIOD@1", from: "2026-11-21 15:20", due: "2026-11-28 15:20"},
	{rule: "WX-09@1", from: "2026-11-21 15:20", due: "2026-11-23 15:20"},
	{rule: "WX-10@1", from: "2026-11-21 15:20", due: "2026-11-23 15:20"},
	{rule: "TB-01@1", from: "2026-11-21 15:20", due: "2026-11-23 15:20"},
	{rule: "TB-02@1", from: "2026-11-21 15:20", due: "2026-11-23 15:20"},
	{rule: "TB-03@1", from: "2026-11-21 15:20", due: "2026-11-28 15:20"},
	{rule: "TB-04@1", from: "2026-11-21 15:20", due: "2026-12-01 15:20"},
	{rule: "TB-05@1", from: "2026-11-21 15:20", due: "2026-11-28 15:20"},
	{rule: "TB-06@1", from: "2026-11-21 15:20", due: "2026-12-06 15:20"},
	{rule: "TB-07@1", from: "2026-11-21 15:20", due: "2026-11-28 24:00"}, // 168 hours from 11-22 00:00
	{rule: "JD-01@1", from: "2026-11-21 15:20", due: "2026-11-22 15:20"},
	{rule: "JD-02@1", from: "2026-11-21 15:20", due: "2026-12-06 15:20"},
	{rule: "JD-03@1", from: "2026-11-21 15:20", due: "2026-11-22 15:20"},
	{rule: "PD-01@1", from: "2026-11-21 15:20", due: "2026-11-22 15:20"},
	{rule: "PD-02@1", from: "2026-11-21 15:20", due: "2026-11-28 15:20"},
	{rule: "PD-03@1", from: "2026-11-21 15:20", due: "2026-11-23 15:20"},
	{rule: "DY-01@1", from: "2026-11-21 15:20", due: "2026-11-23 15:20"},
	{rule: "DY-02@1", from: "2026-11-21 15:20", due: "2026-11-28 15:20"},
	{rule: "DY-03@1", from: "2026-11-21 15:20", due: "2026-11-23 15:20"},
	{rule: "DY-04@1", from: "2026-11-21 15:20", due: "2026-11-28 15:20"},

	// The European Union, in Germany. 2026-12-05 and 12-26 are Saturdays, 12-25 a holiday, 10-03 both.
	{rule: "EU-01@1", from: "2026-11-21 12:00", due: "2026-12-07 24:00"},
	{rule: "EU-01@1", from: "2026-12-12 12:00", due: "2026-12-28 24:00"},
	{rule: "EU-02@1", from: "2025-10-06 12:00", due: "2026-10-21 24:00"},
	{rule: "EU-04@1", from: "2026-11-21 12:00", due: "2026-12-07 24:00"},
	{rule: "EU-04-WITHHELD@1", from: "2026-12-11 12:00", due: "2026-12-28 24:00"},
	{rule: "EU-04-PROMPT@1", from: "2026-12-11 12:00", due: "2026-12-18 24:00"},
	{rule: "EU-05@1", from: "2026-11-23 12:00", due: "2026-12-07 24:00"},
	{rule: "EU-06@1", from: "2024-11-11 12:00", due: "2026-11-11 24:00"},
	{rule: "EU-06-USED@1", from: "2025-10-03 12:00", due: "2026-10-05 24:00"},
	{rule: "EU-07@1", from: "2024-02-29 12:00", due: "2025-02-28 24:00"},
	{rule: "EU-08@1", from: "2024-11-11 12:00", due: "2026-11-11 24:00"},
	{rule: "EU-09@1", from: "2026-08-03 12:00", due: "2029-08-03 24:00", provisional: true},
	{rule: "EU-09-RETURN@1", from: "2026-08-03 12:00", due: "2029-08-03 24:00", provisional: true},
	{rule: "EU-14-ANSWER@1", from: "2028-10-02 12:00", due: "2028-10-30 24:00", provisional: true},

	// The United Kingdom. Nothing moves: 11-15 is a Sunday, 12-26 a Saturday.
	{rule: "UK-01@1", from: "2026-11-02 12:00", due: "2026-12-02 24:00"},
	{rule: "UK-03@1", from: "2020-11-02 12:00", due: "2026-11-02 24:00"},
	{rule: "UK-04@1", from: "2026-03-31 12:00", due: "2026-09-30 24:00"},
	{rule: "UK-04-VEHICLE@1", from: "2026-05-12 12:00", due: "2026-11-12 24:00"},
	{rule: "UK-05@1", from: "2026-11-02 12:00", due: "2026-11-15 24:00"}, // the fourteenth day, the day of the agreement being the first
	{rule: "UK-06@1", from: "2026-12-12 12:00", due: "2026-12-26 24:00"},
	{rule: "UK-06-UNINFORMED@1", from: "2025-10-06 12:00", due: "2026-10-21 24:00"},
	{rule: "UK-07@1", from: "2026-11-21 12:00", due: "2026-12-05 24:00"},
	{rule: "UK-08@1", from: "2020-11-02 12:00", due: "2026-11-02 24:00"},
}

func TestEveryTermEndsWhenReckonedByHand(t *testing.T) {
	rules, told := shipped(t), map[string]bool{}
	for _, d := range dated {
		told[d.rule] = true
		of, ok := strings.CutPrefix(rules[d.rule].Name, "rule ")
		require.True(t, ok && of != "", "%s has no term", d.rule)
		zone := zoneOf(t, d.rule)
		from := local(t, d.from, zone)
		f := everyRule[d.rule].fires
		if f.At = from; !f.DeliveredAt.IsZero() {
			f.DeliveredAt = from
		}
		e, err := book(t).Explain("default", f, of, from, nil)
		require.NoError(t, err, d.rule)
		i := slices.IndexFunc(e.Layers, func(l policy.LayerExplanation) bool { return l.Rule == d.rule })
		require.GreaterOrEqual(t, i, 0, "%s does not speak about %s", d.rule, of)
		l := e.Layers[i]
		require.Equal(t, local(t, d.due, zone), l.Due.In(zone), d.rule)
		require.Equal(t, d.provisional, l.Provisional, d.rule)
		require.Equal(t, rules[d.rule].Source, l.Source)
	}
	for name, r := range rules {
		if strings.TrimPrefix(r.Name, "rule ") != "" {
			require.True(t, told[name], "the term of %s has no example here", name)
		}
	}
}

func zoneOf(t *testing.T, rule string) *time.Location {
	zone, err := time.LoadLocation("Asia/Shanghai")
	switch {
	case strings.HasPrefix(rule, "EU"):
		zone, err = time.LoadLocation("Europe/Berlin")
	case strings.HasPrefix(rule, "UK"):
		zone, err = time.LoadLocation("Europe/London")
	}
	require.NoError(t, err)
	return zone
}

func local(t *testing.T, written string, zone *time.Location) time.Time {
	day, ends := strings.CutSuffix(written, " 24:00")
	if ends {
		at, err := time.ParseInLocation(time.DateOnly, day, zone)
		require.NoError(t, err)
		return at.AddDate(0, 0, 1)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", written, zone)
	require.NoError(t, err)
	return at
}
