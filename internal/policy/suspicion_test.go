package policy_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/schemas"
)

// before adds other requests of the customer, so many days earlier.
func before(days int, others ...policy.Earlier) func(*policy.Facts) {
	return func(f *policy.Facts) {
		for _, e := range others {
			e.At = f.At.AddDate(0, 0, -days)
			f.Earlier = append(f.Earlier, e)
		}
	}
}

var (
	otherGoods  = policy.Earlier{OtherGoods: true}
	notReceived = policy.Earlier{NotReceived: true}
	keptGoods   = policy.Earlier{RefundOnly: true}
	chargeback  = policy.Earlier{Chargebacks: 1}
)

func suspicion(t *testing.T, f policy.Facts) *schemas.Suspicion {
	t.Helper()
	plan, _, err := book(t).Plan("default", f)
	require.NoError(t, err)
	return plan.Suspicion
}

func TestEveryRuleOfSuspicionHasARequestItHoldsForAndOneItDoesNot(t *testing.T) {
	for _, c := range []struct {
		rule     string
		yes, not policy.Facts
	}{
		{"H-OTHER-GOODS@1", facts(before(5, otherGoods, otherGoods)), facts(before(5, otherGoods))},
		{"H-NOT-RECEIVED@1", facts(because(schemas.NotReceived), before(5, notReceived, notReceived)), facts(before(5, notReceived, notReceived, notReceived))},
		{"H-KEEPS-GOODS@1", facts(refundOnly, before(5, keptGoods, keptGoods, keptGoods)), facts(refundOnly, before(5, keptGoods, keptGoods))},
		{"H-CHARGEBACKS@1", facts(before(5, chargeback, chargeback)), facts(before(5, chargeback))},
	} {
		found := suspicion(t, c.yes)
		require.NotNil(t, found, c.rule)
		require.Equal(t, c.rule, found.Rule)
		require.Equal(t, 90, found.Days)
		require.Positive(t, found.OtherGoods+found.NotReceived+found.RefundOnly+found.Chargebacks, "what it rests on is kept")
		require.Nil(t, suspicion(t, c.not), c.rule)
	}
	require.Nil(t, suspicion(t, facts()))
}

func TestOtherRequestsCountForTheDaysOfThePolicyAndNoLonger(t *testing.T) {
	require.NotNil(t, suspicion(t, facts(before(90, otherGoods, otherGoods))))
	require.Nil(t, suspicion(t, facts(before(91, otherGoods), before(3, otherGoods))))
}

func TestWhoeverHasAskedForAPersonNeedsNoSuspicion(t *testing.T) {
	require.Nil(t, suspicion(t, facts(askedForPerson, before(5, otherGoods, otherGoods))))
}

// What a customer has a right to is the same, whatever their other requests came to.
func TestASuspicionChangesNoVerdict(t *testing.T) {
	for _, change := range []func(*policy.Facts){because(schemas.ChangedMind), because(schemas.Defective), because(schemas.NotReceived), refundOnly, after(60)} {
		others := before(5, otherGoods, otherGoods, notReceived, notReceived, keptGoods, keptGoods, keptGoods, chargeback, chargeback)
		require.Equal(t, verdict(t, facts(change)), verdict(t, facts(change, others)))
	}
}

// own is the default policy with a change.
func own(t *testing.T, old, fresh string) (*policy.Book, error) {
	t.Helper()
	text := source(t, "default")
	changed := strings.Replace(text, old, fresh, 1)
	require.NotEqual(t, text, changed, "the replacement found nothing")
	files := fstest.MapFS{"own.yaml": {Data: []byte(changed)}}
	for _, pack := range packs {
		files[pack+".yaml"] = &fstest.MapFile{Data: []byte(source(t, pack))}
	}
	return policy.Load(files, "own")
}

func TestAShopChoosesWhomItSuspectsAndForHowLong(t *testing.T) {
	off := "extends: default\nstories:\n  return:\n    suspicion:\n      - {rule: SHOP-NONE@1, then: false, what: nobody is suspected}\n"
	strict := "extends: default\nhistory: {rule: SHOP-HISTORY@1, days: 365}\nstories:\n  return:\n    suspicion:\n" +
		"      - {rule: SHOP-ONCE@1, when: earlier.other_goods > 0 and total > large_refund, then: true, what: once is enough for much money}\n" +
		"      - {rule: SHOP-NONE@1, then: false, what: nobody else is suspected}\n"
	files := fstest.MapFS{"off.yaml": {Data: []byte(off)}, "strict.yaml": {Data: []byte(strict)}}
	for _, name := range append([]string{"default"}, packs...) {
		files[name+".yaml"] = &fstest.MapFile{Data: []byte(source(t, name))}
	}
	b, err := policy.Load(files, "off", "strict")
	require.NoError(t, err)
	plan, _, err := b.Plan("off", facts(before(5, otherGoods, otherGoods)))
	require.NoError(t, err)
	require.Nil(t, plan.Suspicion)
	much := func(f *policy.Facts) { f.Lines[0].UnitPrice.Minor = 600_000 }
	plan, _, err = b.Plan("strict", facts(much, before(300, otherGoods)))
	require.NoError(t, err)
	require.Equal(t, &schemas.Suspicion{Rule: "SHOP-ONCE@1", Days: 365, OtherGoods: 1}, plan.Suspicion)
	plan, _, err = b.Plan("strict", facts(ofKind(schemas.KindExchange), much, before(300, otherGoods)))
	require.NoError(t, err)
	require.NotNil(t, plan.Suspicion, "an exchange is judged by the same table")

	// A policy written before there was this table suspects nobody.
	text := source(t, "default")
	at := strings.Index(text, "    suspicion:\n")
	require.Positive(t, at)
	b, err = own(t, text[at:], "")
	require.NoError(t, err)
	plan, _, err = b.Plan("own", facts(before(5, otherGoods, otherGoods)))
	require.NoError(t, err)
	require.Nil(t, plan.Suspicion)
}

func TestNoRightDependsOnACustomersOtherRequests(t *testing.T) {
	_, err := own(t, "when: fault and open.fault", "when: fault and open.fault and earlier.other_goods == 0")
	require.ErrorContains(t, err, "a right does not depend on the customer's other requests; only suspicion, priority, green_channel, auto, approval may ask for earlier")
	_, err = own(t, "history: {rule: H-HISTORY@1, days: 90, what: the other requests of a customer count for so long}\n", "")
	require.ErrorContains(t, err, "history is needed")
	_, err = own(t, "H-HISTORY@1, days: 90", "H-HISTORY@1, days: 0")
	require.ErrorContains(t, err, "days: 0 is not possible; use 1 to 3650")
	law := "defaults: {basis: law, jurisdiction: CN, verified_on: 2026-11-21, confidence: own}\nrules:\n  - {rule: X-LAW@1, what: a law, when: earlier.chargebacks > 0, source: none, then: {excludes: [no_reason]}}\n"
	_, err = policy.Check(fstest.MapFS{"odd.yaml": {Data: []byte(law)}}, "odd")
	require.ErrorContains(t, err, "a right does not depend on")
}

func TestWhatNeedsNoPersonMayDependOnOtherRequests(t *testing.T) {
	_, err := own(t, "- {rule: A-NONE@1, then: false", "- {rule: A-SMALL@1, when: price <= 2000 and earlier.other_goods == 0, then: true, what: small}\n      - {rule: A-NONE@1, then: false")
	require.NoError(t, err)
}

func TestASuspicionIsExplainedInBothLanguages(t *testing.T) {
	x, err := book(t).ExplainSuspicion("default", facts(before(5, otherGoods, otherGoods, chargeback)))
	require.NoError(t, err)
	require.True(t, x.Looks)
	require.Equal(t, "H-OTHER-GOODS@1", x.Rule)
	require.Equal(t, policy.History{OtherGoods: 2, Chargebacks: 1}, x.Earlier)
	require.Equal(t, []string{
		"A person looks at it before any rule or silence grants it (AUTOMATION_HOLD). It is not refused by that, and the law's clocks run on.",
		"H-OTHER-GOODS v1 decides (the policy: Aftercare): twice before, another article came back than was bought, or an empty parcel.",
		"The customer's other requests of 90 days: other goods 2, chargebacks decided for the merchant 1.",
	}, x.Sentences("en"))
	require.Contains(t, strings.Join(x.Sentences("zh-CN"), ""), "该客户 90 天内的其他申请：寄回其他商品 2、商家胜诉的拒付 1。")

	x, err = book(t).ExplainSuspicion("default", facts())
	require.NoError(t, err)
	require.False(t, x.Looks)
	require.Equal(t, []string{
		"No rule asks for a person to look at it.", "H-NONE v1 decides (the policy: Aftercare): nobody else is suspected.", "The customer's other requests of 90 days: none.",
	}, x.Sentences("en"))

	text := source(t, "default")
	b, err := own(t, text[strings.Index(text, "    suspicion:\n"):], "")
	require.NoError(t, err)
	x, err = b.ExplainSuspicion("own", facts())
	require.NoError(t, err)
	require.Equal(t, []string{"The policy has no table of suspicion: nobody looks at a request for that reason."}, x.Sentences("en"))
	require.Len(t, x.Sentences("zh-CN"), 1)
}
