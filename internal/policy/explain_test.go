package policy_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/schemas"
)

func at(t require.TestingT, text string) time.Time {
	moment, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return moment
}

func explained(t *testing.T, b *policy.Book, name, of, from string, f policy.Facts, platform *time.Time) policy.Explanation {
	t.Helper()
	start := at(t, from)
	f.DeliveredAt, f.At = start, start
	e, err := b.Explain(name, f, of, start, platform)
	require.NoError(t, err)
	return e
}

func TestADueSaysWhichLayerCountsAndWhatTheOthersWouldHaveBeen(t *testing.T) {
	// The goods arrive a week before the National Day holidays.
	b := load(t, "extends: default\nclocks:\n  law.refund: {rule: X-REFUND@1, after: 7d, basis: promise, source: ours}\n")
	e := explained(t, b, "changed", "law.refund", "2026-09-24T15:00:00+08:00", facts(inChina), nil)
	require.Equal(t, "X-REFUND@1", e.Layers[0].Rule, "of a duty the earliest due counts")
	require.Equal(t, at(t, "2026-10-01T15:00:00+08:00").UTC(), e.Due)
	require.Len(t, e.Layers, 2)
	law := e.Layers[1]
	require.Equal(t, "CN-05@1", law.Rule)
	require.False(t, law.Counts)
	require.Equal(t, at(t, "2026-10-09T00:00:00+08:00").UTC(), law.Due, "the end of the first working day after the holidays")
	require.Equal(t, at(t, "2026-10-02T00:00:00+08:00").UTC(), law.Nominal)
	require.Equal(t, schemas.SkippedDay{Date: "2026-10-01", Why: "国庆节"}, law.Skipped[0])
	require.Contains(t, law.Source, "消费者权益保护法")
	require.Contains(t, law.Calendar, "cn ")

	en := strings.Join(e.Sentences("en"), "\n")
	for _, part := range []string{
		"The refund of returned goods ends 2026-10-01 07:00 UTC.", "It counts from parcel.delivered, 2026-09-24 07:00 UTC.",
		"X-REFUND v1 decides (the shop's promise: ours): 7d.", "CN-05 v1 (law: 消费者权益保护法 第25条) alone, 7 day(s) (cn), would end it 2026-10-08 16:00 UTC.",
		"Of a duty the earliest due counts.",
	} {
		require.Contains(t, en, part)
	}
	zh := strings.Join(e.Sentences("zh-CN"), "\n")
	for _, part := range []string{"退回商品后的退款的截止时间为", "依据X-REFUND v1（商家承诺：ours）：7d。", "如仅依据CN-05 v1", "7个自然日", "义务以最早的期限为准。"} {
		require.Contains(t, zh, part)
	}
	raw, err := json.Marshal(e)
	require.NoError(t, err)
	require.Contains(t, string(raw), `"subject":"law.refund"`)
}

func TestARightEndsWithItsLatestLayer(t *testing.T) {
	short := load(t, "extends: default\npacks: [cn]\nstories:\n"+shorterWindow(t, "7"))
	e := explained(t, short, "changed", "window.no_reason", "2026-09-24T15:00:00+08:00", facts(inChina), nil)
	require.True(t, e.Right)
	require.Equal(t, "CN-01@1", e.Layers[0].Rule, "the law's seven days end after the holidays, the shop's do not")
	require.Contains(t, strings.Join(e.Sentences("en"), " "), "moves to the next working day")
	require.Contains(t, strings.Join(e.Sentences("zh-CN"), ""), "顺延至下一个工作日")
	require.Contains(t, strings.Join(e.Sentences("zh-CN"), ""), "权利以最晚的期限为准")
}

// shorterWindow is the stories section of the default policy with another window.
func shorterWindow(t *testing.T, days string) string {
	_, stories, ok := strings.Cut(source(t, "default"), "\nstories:\n")
	require.True(t, ok)
	return strings.Replace(stories, "D-NO-REASON@1, days: 30", "D-NO-REASON@1, days: "+days, 1)
}

func TestAPlatformsOwnWordReplacesOurCopyOfItsRuleAndNothingElse(t *testing.T) {
	onWeChat := facts(inChina, func(f *policy.Facts) { f.Channel = "wechat_shop" })
	e := explained(t, book(t), "default", "return.review", "2026-11-20T10:00:00+08:00", onWeChat, nil)
	require.Equal(t, "R-REVIEW@1", e.Layers[0].Rule, "our own promise of 20 hours is earlier than the platform's 48")
	require.Len(t, e.Layers, 2)

	sooner := at(t, "2026-11-20T18:00:00+08:00")
	e = explained(t, book(t), "default", "return.review", "2026-11-20T10:00:00+08:00", onWeChat, &sooner)
	require.Equal(t, sooner.UTC(), e.Due)
	require.Len(t, e.Layers, 2, "it replaces the platform's layer and adds none")
	require.True(t, e.Layers[0].Platform)
	require.Contains(t, strings.Join(e.Sentences("en"), " "), "The platform itself named this end")

	later := at(t, "2026-11-25T18:00:00+08:00")
	e = explained(t, book(t), "default", "return.review", "2026-11-20T10:00:00+08:00", onWeChat, &later)
	require.Equal(t, "R-REVIEW@1", e.Layers[0].Rule, "a later word of the platform's does not make our own promise longer")

	e = explained(t, book(t), "default", "return.review", "2026-11-20T10:00:00+08:00", facts(inChina), &sooner)
	require.Len(t, e.Layers, 2, "where no rule of the platform's is known its word is a layer by itself")
	require.Equal(t, sooner.UTC(), e.Due)
}

func TestAYearWithoutHolidaysIsToldAsProvisional(t *testing.T) {
	e := explained(t, book(t), "default", "law.refund", "2026-12-28T15:00:00+08:00", facts(inChina), nil)
	require.True(t, e.Provisional)
	require.Len(t, e.Layers, 1, "the policy's own seven days stand in only where no law is known")
	e = explained(t, book(t), "default", "law.refund", "2026-12-28T15:00:00+08:00", facts(), nil)
	require.Equal(t, "L-REFUND@1", e.Layers[0].Rule)
	require.False(t, e.Provisional)

	b := load(t, "extends: default\nclocks:\n  return.review: {rule: X-REVIEW@1, after: 5 working_day, calendar: cn}\n")
	e = explained(t, b, "changed", "return.review", "2026-12-28T15:00:00+08:00", facts(), nil)
	require.True(t, e.Provisional)
	require.Contains(t, strings.Join(e.Sentences("en"), " "), "Provisional: the holidays of that year are not published yet")
	require.Contains(t, strings.Join(e.Sentences("zh-CN"), " "), "暂定")
}

func TestTheExplanationOfACaseTellsItsPauses(t *testing.T) {
	end := at(t, "2026-11-22T10:00:00Z")
	e := book(t).ExplainClock("default", schemas.Clock{
		Name: "formalities", Rule: "K-FORMALITIES@1", Trigger: "case.opened", StartedAt: at(t, "2026-11-20T10:00:00Z"), Due: at(t, "2026-11-24T10:00:00Z"),
		Spec:   schemas.ClockSpec{Rule: "K-FORMALITIES@1", After: schemas.Duration(48 * time.Hour), Basis: "promise"},
		Pauses: []schemas.ClockPause{{From: at(t, "2026-11-20T12:00:00Z"), To: &end, Reason: "waits for customer"}, {From: at(t, "2026-11-23T12:00:00Z"), Reason: "waits for carrier"}},
	}, nil, time.UTC)
	told := strings.Join(e.Sentences("en"), "\n")
	require.Contains(t, told, "K-FORMALITIES v1 decides (the shop's promise: Aftercare): 2d.")
	require.Contains(t, told, "No other layer speaks about it.")
	require.Contains(t, told, "Paused from 2026-11-20 12:00 UTC to 2026-11-22 10:00 UTC: waits for customer.")
	require.Contains(t, told, "to now: waits for carrier.")
	require.Contains(t, strings.Join(e.Sentences("zh-CN"), ""), "暂停：waits for customer")
}

func TestWhatNoRuleGivesALengthCannotBeExplained(t *testing.T) {
	_, err := book(t).Explain("default", facts(), "law.repair", delivered, nil)
	require.ErrorContains(t, err, "no rule of policy default gives law.repair a length for such a request")
	_, err = book(t).Explain("default", facts(), "law.moon", delivered, nil)
	require.ErrorContains(t, err, `"law.moon" is no clock and no window`)
	_, err = book(t).Explain("nobody", facts(), "law.refund", delivered, nil)
	require.ErrorIs(t, err, policy.ErrUnknownPolicy)
}

func TestEverySubjectHasWordsInBothLanguages(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range policy.Subjects {
		require.False(t, seen[s.Name], s.Name)
		seen[s.Name] = true
		require.NotEmpty(t, s.En, s.Name)
		require.Regexp(t, `^\p{Han}+$`, strings.NewReplacer("、", "", "或", "").Replace(s.Zh), s.Name)
	}
}

func TestARuleOfLawNeverPausesWithAClockOfTheMerchant(t *testing.T) {
	pack := "defaults: {basis: law, jurisdiction: CN, calendar: cn, verified_on: 2026-11-21, confidence: statute, source: s}\n" +
		"rules:\n  - {rule: X-1@1, what: w, of: formalities, term: 2 working_day, trigger: case.opened}\n"
	_, err := policy.Load(fstest.MapFS{
		"mine.yaml": {Data: []byte("extends: default\npacks: [law]\n")}, "law.yaml": {Data: []byte(pack)},
	}, "mine")
	require.ErrorContains(t, err, "law.yaml:3:32: of: formalities stands still while the merchant waits, and a law does not; give the duty a name of its own")
}
