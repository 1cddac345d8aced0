package policy_test

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/policies"
	"github.com/aftercare/aftercare/schemas"
)

var delivered = time.Date(2026, 10, 1, 15, 4, 5, 0, time.UTC)

// loaded reads the policies once for all tests: a book never changes.
var loaded = sync.OnceValues(func() (*policy.Book, error) { return policy.Load(policies.Files, policies.Names...) })

func book(t require.TestingT) *policy.Book {
	b, err := loaded()
	require.NoError(t, err)
	return b
}

// facts is an ordinary return, ten days after delivery.
func facts(change ...func(*policy.Facts)) policy.Facts {
	f := policy.Facts{
		MerchantID: "m", Kind: schemas.KindReturn, Currency: "CNY", Reason: schemas.ChangedMind,
		DeliveredAt: delivered, At: delivered.AddDate(0, 0, 10),
		Lines: []schemas.Line{{LineID: "1", SKU: "s", Quantity: 1, UnitPrice: schemas.Money{Minor: 9900, Currency: "CNY"}}},
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

func because(r schemas.Reason) func(*policy.Facts) { return func(f *policy.Facts) { f.Reason = r } }
func after(days int) func(*policy.Facts) {
	return func(f *policy.Facts) { f.At = f.DeliveredAt.AddDate(0, 0, days) }
}
func refundOnly(f *policy.Facts)   { f.RefundOnly = true }
func withEvidence(f *policy.Facts) { f.EvidenceIDs = []string{"photo-1"} }
func shippedOther(f *policy.Facts) { f.ShippedOther = map[string]bool{"1": true} }
func askedForPerson(f *policy.Facts) {
	f.AtReview = true
}
func inChina(f *policy.Facts) { f.Jurisdiction = "CN" }
func marked(marks ...string) func(*policy.Facts) {
	return func(f *policy.Facts) { f.Items = map[string]policy.Item{"1": {Marks: marks}} }
}
func undelivered(f *policy.Facts) { f.DeliveredAt = time.Time{} }

func verdict(t *testing.T, f policy.Facts) schemas.Verdict {
	t.Helper()
	_, verdicts, err := book(t).Plan("default", f)
	require.NoError(t, err)
	require.Len(t, verdicts, len(f.Lines))
	return verdicts[0]
}

func TestEveryEligibilityRowHasACaseItDecidesAndOneItDoesNot(t *testing.T) {
	cases := []struct {
		rule     string
		yes, not policy.Facts
		want     schemas.Verdict
	}{
		{
			"E-NOT-DELIVERED@1", facts(undelivered), facts(),
			schemas.Verdict{Proposal: schemas.ProposeReview, Reason: "not_delivered"},
		},
		{
			"E-NOT-RECEIVED@1", facts(because(schemas.NotReceived)), facts(because(schemas.Damaged)),
			schemas.Verdict{Proposal: schemas.ProposeReview, Reason: "not_received"},
		},
		{
			"E-SHIPPED-OTHER@1", facts(because(schemas.WrongVariant), shippedOther), facts(because(schemas.WrongVariant), shippedOther, after(31)),
			schemas.Verdict{Proposal: schemas.ProposeApprove, Owed: true, Reason: "in_window"},
		},
		{
			"E-FAULT@1", facts(because(schemas.Defective)), facts(because(schemas.Defective), after(31)),
			schemas.Verdict{Proposal: schemas.ProposeApprove, Owed: true, Reason: "in_window"},
		},
		{
			"E-FAULT-EXCLUDED@1", facts(inChina, faulty, mark("three_guarantees"), found("misuse")), facts(inChina, faulty, mark("three_guarantees")),
			schemas.Verdict{Proposal: schemas.ProposeReview, Reason: "excluded"},
		},
		{
			"E-EXCLUDED@1", facts(inChina, marked("custom_made")), facts(inChina, marked("custom_made"), because(schemas.Damaged)),
			schemas.Verdict{Proposal: schemas.ProposeReview, Reason: "excluded"},
		},
		{
			"E-KEEPS-GOODS@1", facts(refundOnly), facts(refundOnly, because(schemas.Damaged)),
			schemas.Verdict{Proposal: schemas.ProposeReview, Reason: "goods_not_returned"},
		},
		{
			"E-NO-REASON@1", facts(because(schemas.WrongVariant)), facts(because(schemas.OtherReason)),
			schemas.Verdict{Proposal: schemas.ProposeApprove, Owed: true, Reason: "in_window"},
		},
		{
			"E-OTHER@1", facts(because(schemas.OtherReason)), facts(because(schemas.OtherReason), after(31)),
			schemas.Verdict{Proposal: schemas.ProposeReview, Owed: true, Reason: "in_window"},
		},
		{
			"E-OTHER-LATE@1", facts(because(schemas.OtherReason), after(31)), facts(after(31)),
			schemas.Verdict{Proposal: schemas.ProposeReview, Reason: "out_of_window"},
		},
		{
			"E-LATE@1", facts(after(31)), facts(after(30)),
			schemas.Verdict{Proposal: schemas.ProposeReject, Reason: "out_of_window"},
		},
	}
	tested := map[string]bool{}
	for _, c := range cases {
		tested[c.rule] = true
		got := verdict(t, c.yes)
		require.Equal(t, c.rule, got.Rule)
		require.Equal(t, c.want.Proposal, got.Proposal, c.rule)
		require.Equal(t, c.want.Owed, got.Owed, c.rule)
		require.Equal(t, c.want.Reason, got.Reason, c.rule)
		require.NotEqual(t, c.rule, verdict(t, c.not).Rule)
	}
	for _, r := range book(t).Rules("default") {
		if r.Name == "eligibility" {
			require.True(t, tested[r.ID+"@"+r.Version], "row %s has no case here", r.ID)
		}
	}
}

func TestTheMerchantPaysTheWayBackForItsOwnMistakesOnly(t *testing.T) {
	for _, reason := range schemas.Reasons {
		want := schemas.TurnCustomer
		if reason.MerchantsFault() {
			want = schemas.TurnMerchant
		}
		require.Equal(t, want, verdict(t, facts(because(reason))).Freight, reason)
	}
	require.Equal(t, schemas.TurnMerchant, verdict(t, facts(because(schemas.WrongVariant), shippedOther)).Freight)
}

func TestAnotherShippedArticleCountsForItsOwnLineOnly(t *testing.T) {
	f := facts(because(schemas.WrongVariant), shippedOther)
	f.Lines = append(f.Lines, schemas.Line{LineID: "2", Quantity: 1, UnitPrice: schemas.Money{Minor: 100, Currency: "CNY"}})
	_, verdicts, err := book(t).Plan("default", f)
	require.NoError(t, err)
	require.Equal(t, schemas.TurnMerchant, verdicts[0].Freight)
	require.Equal(t, schemas.TurnCustomer, verdicts[1].Freight)
}

func TestAPhotoIsWantedOnlyOfGoodsThatStay(t *testing.T) {
	for _, reason := range schemas.Reasons {
		var want []string
		switch reason {
		case schemas.Defective, schemas.Damaged, schemas.NotAsDescribed, schemas.WrongItemSent:
			want = []string{"photo"}
		default:
		}
		require.Equal(t, want, nilIfEmpty(verdict(t, facts(because(reason), refundOnly)).Evidence), reason)
		require.Empty(t, verdict(t, facts(because(reason), refundOnly, withEvidence)).Evidence, reason)
		require.Empty(t, verdict(t, facts(because(reason))).Evidence, reason)
		require.Empty(t, verdict(t, facts(because(reason), refundOnly, askedForPerson)).Evidence, reason)
	}
}

func nilIfEmpty(s []string) []string {
	if len(s) == 0 {
		return nil
	}
	return s
}

func TestARightEndsWithThe30thDayAndNotBefore(t *testing.T) {
	for _, reason := range []schemas.Reason{schemas.ChangedMind, schemas.WrongVariant, schemas.Defective, schemas.Damaged, schemas.NotAsDescribed, schemas.WrongItemSent} {
		for _, days := range []int{0, 1, 29, 30} {
			require.True(t, verdict(t, facts(because(reason), after(days))).Owed, "%s after %d days", reason, days)
		}
		for _, days := range []int{31, 32, 365} {
			require.False(t, verdict(t, facts(because(reason), after(days))).Owed, "%s after %d days", reason, days)
		}
	}
	at := func(s string) policy.Facts {
		return facts(func(f *policy.Facts) {
			f.DeliveredAt = time.Date(2026, 10, 1, 0, 0, 1, 0, time.UTC)
			f.At, _ = time.Parse(time.RFC3339, s)
		})
	}
	require.True(t, verdict(t, at("2026-10-31T23:59:59Z")).Owed, "the last second of the 30th day")
	require.False(t, verdict(t, at("2026-11-01T00:00:00Z")).Owed, "the first second of the 31st day")
	require.True(t, verdict(t, at("2026-09-30T23:00:00Z")).Owed, "a delivery that another clock dates into the future")
	require.True(t, verdict(t, at("2026-11-01T07:59:59+08:00")).Owed, "the zone a time is written in changes nothing")
}

func TestDaysAreCountedInThePolicysZone(t *testing.T) {
	text := strings.Replace(source(t, "default"), "zone: UTC", "zone: America/New_York", 1)
	b := load(t, text)
	f := facts(func(f *policy.Facts) {
		f.DeliveredAt = time.Date(2026, 10, 15, 16, 0, 0, 0, time.UTC)
		f.At = time.Date(2026, 11, 15, 3, 0, 0, 0, time.UTC) // the evening of the 30th day in New York, after the change of clocks
	})
	_, verdicts, err := b.Plan("changed", f)
	require.NoError(t, err)
	require.True(t, verdicts[0].Owed)
	_, verdicts, err = book(t).Plan("default", f)
	require.NoError(t, err)
	require.False(t, verdicts[0].Owed)
}

// Whatever is asked, exactly one row of each table answers, and the answer keeps the rulings: only a person refuses, what is
// owed is never proposed for refusal, and nothing is decided at once that a person was asked for.
func TestEveryRequestIsDecided(t *testing.T) {
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		f := policy.Facts{
			MerchantID: "m", Kind: schemas.KindReturn,
			Currency:   rapid.SampledFrom([]string{"CNY", "USD", "EUR", "GBP", "JPY", "HKD"}).Draw(t, "currency"),
			Reason:     rapid.SampledFrom(append(slices.Clone(schemas.Reasons), "", "unheard_of")).Draw(t, "reason"),
			RefundOnly: rapid.Bool().Draw(t, "refund_only"),
			AtReview:   rapid.Bool().Draw(t, "at_review"),
			At:         delivered.Add(time.Duration(rapid.IntRange(-100, 2000).Draw(t, "hours")) * time.Hour),
		}
		if rapid.Bool().Draw(t, "delivered") {
			f.DeliveredAt = delivered
		}
		if rapid.Bool().Draw(t, "evidence") {
			f.EvidenceIDs = []string{"e"}
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "lines") {
			f.Lines = append(f.Lines, schemas.Line{LineID: string(rune('1' + i)), Quantity: rapid.IntRange(1, 5).Draw(t, "quantity"), UnitPrice: schemas.Money{Minor: rapid.Int64Range(0, 1<<40).Draw(t, "price"), Currency: f.Currency}})
		}
		plan, verdicts, err := b.Plan(rapid.SampledFrom(policies.Names).Draw(t, "policy"), f)
		require.NoError(t, err)
		require.Contains(t, []schemas.Priority{schemas.P1, schemas.P2, schemas.P3}, plan.Priority)
		require.Equal(t, f.Currency, plan.Limits.LargeRefund.Currency)
		require.Len(t, verdicts, len(f.Lines))
		for _, v := range verdicts {
			require.NotEmpty(t, v.Rule)
			require.False(t, v.Owed && v.Proposal == schemas.ProposeReject)
			require.False(t, v.Auto)
			require.Contains(t, []schemas.Turn{schemas.TurnCustomer, schemas.TurnMerchant}, v.Freight)
			if f.AtReview {
				require.Empty(t, v.Evidence)
			}
			if f.DeliveredAt.IsZero() {
				require.Equal(t, schemas.ProposeReview, v.Proposal)
			}
		}
	})
}

func TestAMerchantMayLetSmallAmountsGoAtOnce(t *testing.T) {
	text := strings.Replace(source(t, "default"), "      - {rule: A-NONE@1,", `      - rule: A-SMALL@1
        when: total <= 5000
        then: true
        what: small amounts go at once
      - {rule: A-NONE@1,`, 1)
	b := load(t, text)
	for _, c := range []struct {
		why  string
		want bool
		f    policy.Facts
	}{
		{"small and owed", true, facts(price(5000))},
		{"not small", false, facts(price(5001))},
		{"not owed", false, facts(price(5000), after(31))},
		{"a person was asked for", false, facts(price(5000), askedForPerson)},
		{"evidence is missing", false, facts(price(5000), because(schemas.Damaged), refundOnly)},
	} {
		_, verdicts, err := b.Plan("changed", c.f)
		require.NoError(t, err)
		require.Equal(t, c.want, verdicts[0].Auto, c.why)
	}
}

func price(minor int64) func(*policy.Facts) {
	return func(f *policy.Facts) { f.Lines[0].UnitPrice.Minor = minor }
}

func TestWhatCannotBePlannedSaysWhy(t *testing.T) {
	b := book(t)
	_, _, err := b.Plan("gold", facts())
	require.ErrorIs(t, err, policy.ErrUnknownPolicy)
	require.ErrorContains(t, err, `"gold"; known here are default, demo`)

	_, _, err = b.Plan("default", facts(func(f *policy.Facts) { f.Currency = "XAU" }))
	require.ErrorIs(t, err, policy.ErrNoLimits)
	require.ErrorContains(t, err, `"XAU"; policy default has limits for CNY, EUR, GBP, HKD, JPY, USD`)

	_, _, err = b.Plan("default", facts(func(f *policy.Facts) { f.Kind = schemas.KindRepair }))
	require.ErrorIs(t, err, policy.ErrNoStory)
}

func TestAPlanBelongsToItsCaseAlone(t *testing.T) {
	b := book(t)
	first, _, err := b.Plan("default", facts())
	require.NoError(t, err)
	first.Limits.Goodwill[schemas.RoleAgent] = 1 << 40
	first.People[schemas.RoleAgent][0].ID = "somebody-else"
	first.Clocks["return.wait_info"].Remind[0] = 0
	delete(first.Clocks, "ack")
	second, _, err := b.Plan("default", facts())
	require.NoError(t, err)
	require.Equal(t, int64(5000), second.Limits.Goodwill[schemas.RoleAgent])
	require.Equal(t, "agent-1", second.People[schemas.RoleAgent][0].ID)
	require.Equal(t, 24*time.Hour, second.Clocks["return.wait_info"].Remind[0].D())
	require.Contains(t, second.Clocks, "ack")
}

func TestLimitsAndPeopleOfTheDefaultPolicy(t *testing.T) {
	b := book(t)
	for currency, large := range map[string]int64{"USD": 100_000, "CNY": 500_000, "EUR": 100_000, "GBP": 100_000, "JPY": 150_000, "HKD": 800_000} {
		plan, _, err := b.Plan("default", facts(func(f *policy.Facts) { f.Currency = currency }))
		require.NoError(t, err)
		require.Equal(t, schemas.Money{Minor: large, Currency: currency}, plan.Limits.LargeRefund)
		require.Equal(t, currency, plan.Currency)
		require.Len(t, plan.Limits.Goodwill, 6)
	}
	plan, _, err := b.Plan("default", facts())
	require.NoError(t, err)
	require.Equal(t, map[schemas.Role]int64{
		schemas.RoleAgent: 5_000, schemas.RoleHandler: 20_000, schemas.RoleTeamLead: 50_000, schemas.RoleSupervisor: 200_000,
		schemas.RoleManager: 1_000_000, schemas.RoleExecutive: 5_000_000,
	}, plan.Limits.Goodwill)
	require.Equal(t, []schemas.Rung{{Level: 2, Role: schemas.RoleTeamLead}, {Level: 3, Role: schemas.RoleSupervisor}, {Level: 4, Role: schemas.RoleManager}, {Level: 5, Role: schemas.RoleExecutive}}, plan.Ladder)
	require.Equal(t, schemas.GrantOwed, plan.LastRung)
	require.Equal(t, schemas.SurveySpec{LowOverall: 2, LowNPS: 6, QuietDays: 30}, plan.Survey)
	require.Equal(t, 3, plan.MaxRounds)
	require.Len(t, plan.People[schemas.RoleFinance], 2)
	for role, members := range plan.People {
		for _, m := range members {
			require.True(t, schemas.ValidID(m.ID))
			if m.Deputy != "" {
				require.True(t, slices.ContainsFunc(plan.People[role], func(p schemas.Person) bool { return p.ID == m.Deputy }))
				require.NotEqual(t, m.ID, m.Deputy)
			}
		}
	}
	require.Subset(t, slices.Collect(maps.Keys(plan.People)), []schemas.Role{schemas.RoleAgent, schemas.RoleTeamLead, schemas.RoleSupervisor, schemas.RoleManager, schemas.RoleExecutive, schemas.RoleInspector, schemas.RoleFinance, schemas.RoleOperator})
}

func TestAPlanTravelsAsJSONUnchanged(t *testing.T) {
	for _, name := range policies.Names {
		plan, _, err := book(t).Plan(name, facts())
		require.NoError(t, err)
		require.Equal(t, plan, throughJSON(t, plan))
	}
}
