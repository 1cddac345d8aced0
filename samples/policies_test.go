package samples

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/schemas"
)

// The two policies of docs/policies.md, as a merchant would keep them: files in a folder, with a calendar of one's own.

func samplePolicies(t *testing.T) *policy.Book {
	b, err := policy.Load(os.DirFS("policies"), "lotus", "linde")
	require.NoError(t, err)
	return b
}

func samplePrice(minor int64, currency string) schemas.Line {
	return schemas.Line{LineID: "1", SKU: "s", Quantity: 1, UnitPrice: schemas.Money{Minor: minor, Currency: currency}}
}

func instant(t *testing.T, written string) time.Time {
	at, err := time.Parse(time.RFC3339, written)
	require.NoError(t, err)
	return at
}

func sampleFacts(at time.Time, minor int64, currency string) policy.Facts {
	return policy.Facts{
		MerchantID: "m", Kind: schemas.KindReturn, Currency: currency, Reason: schemas.ChangedMind, DeliveredAt: at, At: at,
		Lines: []schemas.Line{samplePrice(minor, currency)},
	}
}

func TestTheSamplePoliciesEndOnTheseDays(t *testing.T) {
	b := samplePolicies(t)
	for _, c := range []struct {
		policy, currency, of, from, due, rule string
		change                                func(*policy.Facts)
	}{
		// Fifteen days are more than the law's seven, which move over the holiday to 10-08.
		{"lotus", "CNY", "window.no_reason", "2026-09-24T15:20:00+08:00", "2026-10-10T00:00:00+08:00", "LOTUS-NO-REASON@1", nil},
		// An hour and a half on Friday, six on the Saturday that makes up for the holiday, half an hour after it.
		{"lotus", "CNY", "return.review", "2026-02-13T16:30:00+08:00", "2026-02-24T09:30:00+08:00", "LOTUS-REVIEW@1", nil},
		// 双11 is open until midnight, but ordinary hours are enough: eight of them from 08:00.
		{"lotus", "CNY", "return.review", "2026-11-11T07:00:00+08:00", "2026-11-11T16:00:00+08:00", "LOTUS-REVIEW@1", nil},
		{"lotus", "CNY", "law.refund", "2026-02-10T16:30:00+08:00", "2026-02-25T00:00:00+08:00", "CN-05@1", nil},
		// A platform does not wait for open hours.
		{"lotus", "CNY", "return.review", "2026-09-30T16:30:00+08:00", "2026-10-02T16:30:00+08:00", "TB-02@1", func(f *policy.Facts) { f.Channel = "taobao" }},
		{"linde", "EUR", "window.no_reason", "2026-11-21T12:00:00+01:00", "2026-12-22T00:00:00+01:00", "LINDE-NO-REASON@1", nil},
		{"linde", "EUR", "window.no_reason", "2025-10-06T12:00:00+02:00", "2026-10-22T00:00:00+02:00", "EU-02@1", func(f *policy.Facts) { f.Uninformed = true }},
		// A Friday before the Day of Unity, which is a Saturday.
		{"linde", "EUR", "return.review", "2026-10-02T15:00:00+02:00", "2026-10-06T00:00:00+02:00", "LINDE-REVIEW@1", nil},
		{"linde", "EUR", "return.refund_approved", "2026-12-23T15:00:00+01:00", "2026-12-25T00:00:00+01:00", "LINDE-REFUND@1", nil},
	} {
		from := instant(t, c.from)
		f := sampleFacts(from, 9900, c.currency)
		if c.change != nil {
			c.change(&f)
		}
		e, err := b.Explain(c.policy, f, c.of, from, nil)
		require.NoError(t, err)
		require.Equal(t, instant(t, c.due).UTC(), e.Due, "%s of %s: %v", c.of, c.policy, e.Sentences("en"))
		require.Equal(t, c.rule, e.Layers[0].Rule)
	}
}

func TestTheSamplePoliciesDecide(t *testing.T) {
	b, at := samplePolicies(t), instant(t, "2026-11-21T12:00:00+08:00")
	decide := func(name string, f policy.Facts) (schemas.Plan, schemas.Verdict) {
		plan, verdicts, err := b.Plan(name, f)
		require.NoError(t, err)
		return plan, verdicts[0]
	}
	plan, small := decide("lotus", sampleFacts(at, 10_000, "CNY"))
	require.True(t, small.Auto, "up to 100 yuan nobody needs to look")
	require.Equal(t, schemas.Money{Minor: 200_000, Currency: "CNY"}, plan.Limits.LargeRefund)
	require.Contains(t, plan.People[schemas.RoleAgent], schemas.Person{ID: "lin", Deputy: "mei"})
	_, large := decide("lotus", sampleFacts(at, 10_001, "CNY"))
	require.False(t, large.Auto)
	require.True(t, large.Owed)
	kept := sampleFacts(at, 5_000, "CNY")
	kept.RefundOnly = true
	_, keeps := decide("lotus", kept)
	require.False(t, keeps.Auto)

	ordered := sampleFacts(at, 5_000, "CNY")
	ordered.Items = map[string]policy.Item{"1": {Marks: []string{"custom_made"}}}
	_, excluded := decide("lotus", ordered)
	require.False(t, excluded.Owed)
	require.Contains(t, excluded.Rules, "CN-02@1")

	late := sampleFacts(at, 5_000, "EUR")
	late.At = at.AddDate(0, 0, 31)
	_, refused := decide("linde", late)
	require.Equal(t, schemas.ProposeReject, refused.Proposal)
	late.Uninformed = true
	_, informed := decide("linde", late)
	require.True(t, informed.Owed, "who was not told has a year more")
	require.Equal(t, schemas.TurnMerchant, informed.Freight)

	_, _, err := b.Plan("linde", sampleFacts(at, 5_000, "CNY"))
	require.ErrorIs(t, err, policy.ErrNoLimits, "a policy that writes limits writes those of every currency it takes")
}

// TestTheSamplePoliciesCannotGoBelowTheLaw shortens what they promise, as docs/policies.md does.
func TestTheSamplePoliciesCannotGoBelowTheLaw(t *testing.T) {
	page, err := os.ReadFile("../docs/policies.md")
	require.NoError(t, err)
	for _, c := range []struct{ policy, old, new, says string }{
		{"lotus", "days: 15", "days: 5", "5d is less than the law grants for the right to return without a reason: 7 calendar_day, next_working_day (CN-01@1, 消费者权益保护法 第25条；民法典 第201条、第203条)"},
		{"linde", "days: 30", "days: 10", "10d is less than the law grants for the right to return without a reason: 14 calendar_day, next_working_day (EU-01@1, Directive 2011/83/EU, articles 9 and 11; Regulation (EEC, Euratom) No 1182/71, article 3)"},
		{"linde", "clocks:\n", "clocks:\n  law.refund: {rule: LINDE-PAID@1, after: 20d}\n", "20d is longer than the law allows for the refund of returned goods: 14 calendar_day, next_working_day (EU-04-WITHHELD@1, Directive 2011/83/EU, article 13(1) and (3))"},
	} {
		raw, err := os.ReadFile("policies/" + c.policy + ".yaml")
		require.NoError(t, err)
		team, err := os.ReadFile("policies/calendars/lotus-team.yaml")
		require.NoError(t, err)
		text := strings.Replace(string(raw), c.old, c.new, 1)
		require.NotEqual(t, string(raw), text)
		_, err = policy.Load(fstest.MapFS{c.policy + ".yaml": {Data: []byte(text)}, "calendars/lotus-team.yaml": {Data: team}}, c.policy)
		require.ErrorContains(t, err, c.says)
		shown, _, _ := strings.Cut(err.Error(), "\n")
		require.Contains(t, string(page), shown, "docs/policies.md shows another fault")
	}
}
