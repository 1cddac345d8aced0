package policy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
)

func differences(t *testing.T, change *strings.Replacer) []policy.Difference {
	t.Helper()
	before, after := load(t, source(t, "default")), load(t, change.Replace(source(t, "default")))
	found, err := policy.Diff(before, "changed", after, "changed")
	require.NoError(t, err)
	return found
}

func saidOf(found []policy.Difference) string {
	var all []string
	for _, d := range found {
		all = append(all, d.Says)
	}
	return strings.Join(all, "\n")
}

func TestTwoPoliciesThatSayTheSameDoNotDiffer(t *testing.T) {
	require.Empty(t, differences(t, strings.NewReplacer("# Smaller waits.", "# Other waits.")))
}

func TestADifferenceIsToldInWords(t *testing.T) {
	found := differences(t, strings.NewReplacer(
		"{rule: R-REVIEW@1, after: 20h,", "{rule: R-REVIEW@2, after: 10h,",
		"zone: UTC", "zone: Asia/Shanghai",
		"  operator:\n    - {id: operator}", "  operator:\n    - {id: operator-9}",
		"agent: 50 CNY", "agent: 60 CNY",
		"      - rule: E-OTHER@1", "      - rule: E-NEW@1\n        when: reason == \"other\" and delivered and price == 7\n        then: {proposal: review, owed: true, reason: in_window}\n        what: a new row\n      - rule: E-OTHER@1",
		"packs: [cn, eu, uk]", "packs: [eu, uk]",
	))
	told := saidOf(found)
	for _, part := range []string{
		"Changed: zone: UTC becomes Asia/Shanghai.",
		"Changed: the review of a return (R-REVIEW@2): 20h; P3 × 2 becomes 10h; P3 × 2; rule R-REVIEW@2 instead of R-REVIEW@1.",
		"Changed: the people with the role operator: operator becomes operator-9.",
		"Changed: what people may decide alone in CNY (M-CNY@1): second person above 5000 CNY; small up to 20 CNY; agent 50 CNY;",
		"New: table eligibility, a new row (E-NEW@1): when `reason == \"other\" and delivered and price == 7`: review, owed (in_window).",
		"Gone: the price of returned goods is refunded (CN-05@1)",
	} {
		require.Contains(t, told, part)
	}
	for _, d := range found {
		require.Equal(t, d.Rule == "M-CNY@1", d.Unversioned, d.Says)
	}
}

func TestARuleThatChangesUnderItsOldVersionIsToldSo(t *testing.T) {
	found := differences(t, strings.NewReplacer("{rule: R-REVIEW@1, after: 20h,", "{rule: R-REVIEW@1, after: 10h,"))
	require.Len(t, found, 1)
	require.True(t, found[0].Unversioned)
	require.Contains(t, found[0].Says, "The version is the same: give the rule a new one.")
	require.Equal(t, "20h; P3 × 2", found[0].Before)
	require.Equal(t, "10h; P3 × 2", found[0].After)
}

func TestTheDemoPolicyDiffersInItsClocksAlone(t *testing.T) {
	found, err := policy.Diff(book(t), "default", book(t), "demo")
	require.NoError(t, err)
	for _, d := range found {
		if d.What != "only for a dev stack" {
			require.True(t, strings.HasPrefix(d.What, "clock "), d.Says)
		}
	}
	_, err = policy.Diff(book(t), "nobody", book(t), "demo")
	require.ErrorIs(t, err, policy.ErrUnknownPolicy)
	_, err = policy.Diff(book(t), "demo", book(t), "nobody")
	require.ErrorIs(t, err, policy.ErrUnknownPolicy)
}
