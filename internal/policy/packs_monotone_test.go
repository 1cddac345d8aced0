package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/internal/policy"
	"github.com/aftercare/aftercare/policies"
	"github.com/aftercare/aftercare/schemas"
)

// anyFacts draws a request of any kind of goods, place and time, with everything that could be known of it.
func anyFacts(t *rapid.T) policy.Facts {
	f := policy.Facts{
		MerchantID: "m", Kind: schemas.KindReturn,
		Currency:     rapid.SampledFrom([]string{"CNY", "EUR", "GBP"}).Draw(t, "currency"),
		Reason:       rapid.SampledFrom(schemas.Reasons).Draw(t, "reason"),
		Channel:      rapid.SampledFrom([]schemas.Channel{"web", "marketplace", "wechat_shop", "taobao", "jd", "pinduoduo", "douyin"}).Draw(t, "channel"),
		Jurisdiction: rapid.SampledFrom([]string{"", "CN", "EU-DE", "EU-FR", "UK", "US"}).Draw(t, "jurisdiction"),
		RefundOnly:   rapid.Bool().Draw(t, "refund only"),
		AtReview:     rapid.Bool().Draw(t, "at review"),
		Uninformed:   rapid.Bool().Draw(t, "uninformed"),
		DeliveredAt:  delivered,
		At:           delivered.AddDate(0, 0, rapid.IntRange(0, 800).Draw(t, "days")),
		PlacedAt:     delivered.AddDate(0, 0, -rapid.IntRange(1, 120).Draw(t, "placed")),
	}
	if rapid.IntRange(0, 9).Draw(t, "delivered") == 0 {
		undelivered(&f)
	}
	words := func(label string, list ...string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(list), 0, 3, rapid.ID[string]).Draw(t, label)
	}
	item := policy.Item{
		Category:    rapid.SampledFrom([]string{"", "mobile_phone", "computer", "charger", "battery", "food", "vehicle", "shirt"}).Draw(t, "category"),
		Marks:       words("marks", "custom_made", "perishable", "sealed_media", "hygiene", "unsuitable", "three_guarantees", "main_part", "second_hand", "recalled", "prepaid"),
		Established: words("established", "opened", "misuse", "no_same_model", "serious", "minor", "fraud", "unsafe", "transport_damage"),
		Confirmed:   rapid.Bool().Draw(t, "confirmed"),
		Repairs:     rapid.IntRange(0, 3).Draw(t, "repairs"),
		Exchanges:   rapid.IntRange(0, 3).Draw(t, "exchanges"),
	}
	f.Lines = []schemas.Line{{LineID: "1", SKU: "s", Quantity: 1, UnitPrice: schemas.Money{Minor: rapid.Int64Range(0, 2_000_000).Draw(t, "price"), Currency: f.Currency}}}
	f.Items = map[string]policy.Item{"1": item}
	return f
}

// widths are policies that differ in nothing but the days of their windows.
var widths = []int{7, 10, 15, 30, 90, 400}

var wider = sync.OnceValues(func() (*policy.Book, error) {
	raw, err := policies.Files.ReadFile("default.yaml")
	if err != nil {
		return nil, err
	}
	folder, names := fstest.MapFS{}, []string{}
	for _, days := range widths {
		text := strings.ReplaceAll(string(raw), "days: 30,", fmt.Sprintf("days: %d,", days))
		text = strings.Replace(text, "packs: [cn, eu, uk]", "packs: [cn]", 1) // whose floors allow seven days
		name := fmt.Sprintf("days-%d", days)
		folder[name+".yaml"], names = &fstest.MapFile{Data: []byte(text)}, append(names, name)
	}
	return policy.Load(folder, names...)
})

func TestALongerWindowNeverRefusesMore(t *testing.T) {
	b, err := wider()
	require.NoError(t, err)
	gained := 0
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		short := rapid.IntRange(0, len(widths)-2).Draw(t, "short")
		long := rapid.IntRange(short+1, len(widths)-1).Draw(t, "long")
		a := one(t, b, fmt.Sprintf("days-%d", widths[short]), f)
		z := one(t, b, fmt.Sprintf("days-%d", widths[long]), f)
		better(t, a, z)
		if z.Owed && !a.Owed {
			gained++
		}
	})
	require.Positive(t, gained, "no request showed the difference")
}

func one(t require.TestingT, b *policy.Book, name string, f policy.Facts) schemas.Verdict {
	_, verdicts, err := b.Plan(name, f)
	require.NoError(t, err)
	return verdicts[0]
}

// better wants the second verdict to be no worse for the customer than the first.
func better(t require.TestingT, a, z schemas.Verdict) {
	require.True(t, z.Owed || !a.Owed, "what was owed by %s is not by %s", a.Rule, z.Rule)
	require.False(t, a.Proposal == schemas.ProposeApprove && z.Proposal != schemas.ProposeApprove, "what %s approves %s does not", a.Rule, z.Rule)
	require.False(t, z.Proposal == schemas.ProposeReject && a.Proposal != schemas.ProposeReject, "what %s does not refuse %s does", a.Rule, z.Rule)
	require.False(t, a.Freight == schemas.TurnMerchant && z.Freight != schemas.TurnMerchant, "the customer pays the way back")
	require.False(t, a.Auto && !z.Auto, "what needed nobody needs a person")
}

// combined holds the default policy with every choice of packs.
var combined = sync.OnceValues(func() (*policy.Book, error) {
	folder, names := fstest.MapFS{}, []string{}
	for choice := range 1 << len(packs) {
		name := fmt.Sprintf("packs-%d", choice)
		text := "extends: default\npacks: [" + strings.Join(chosen(choice), ", ") + "]\n"
		folder[name+".yaml"], names = &fstest.MapFile{Data: []byte(text)}, append(names, name)
	}
	return policy.Load(folder, names...)
})

func chosen(choice int) []string {
	var some []string
	for i, pack := range packs {
		if choice&(1<<i) != 0 {
			some = append(some, pack)
		}
	}
	return some
}

// TestAPackTakesNothingFromTheCustomer adds a pack to a policy: every right holds at least as long, every duty ends no later, and
// no verdict is worse, except where a rule says that a right is excluded. Only what the policy says in the law's place gives way
// to the law.
func TestAPackTakesNothingFromTheCustomer(t *testing.T) {
	b, err := combined()
	require.NoError(t, err)
	rules := shipped(t)
	excluded := 0
	rapid.Check(t, func(t *rapid.T) {
		f := anyFacts(t)
		few := rapid.IntRange(0, 1<<len(packs)-1).Draw(t, "packs")
		more := few | 1<<rapid.IntRange(0, len(packs)-1).Draw(t, "another")
		planA, a, err := b.Plan(fmt.Sprintf("packs-%d", few), f)
		require.NoError(t, err)
		planZ, z, err := b.Plan(fmt.Sprintf("packs-%d", more), f)
		require.NoError(t, err)
		if slices.ContainsFunc(z[0].Rules, func(name string) bool { return strings.Contains(rules[name].Value, "excludes") }) {
			excluded++
		} else {
			better(t, a[0], z[0])
		}
		for name, spec := range planA.Clocks {
			if spec.Basis == "law" && len(spec.Layers) == 0 {
				continue // it stands in for a law that is not known, and gives way to one that is
			}
			before, after := planA.Due(spec, f.At).Due, planZ.Due(planZ.Clocks[name], f.At).Due
			if right(name) {
				require.False(t, after.Before(before), "the right %s ends earlier", name)
			} else {
				require.False(t, after.After(before), "the duty %s ends later", name)
			}
		}
	})
	require.Positive(t, excluded)
}

func TestWhatThePacksGiveBeyondThePolicy(t *testing.T) {
	b, err := combined()
	require.NoError(t, err)
	for _, c := range []struct {
		what string
		f    policy.Facts
	}{
		{"a year more without having been told", facts(under("EU-DE"), uninformed, after(300))},
		{"the money after one repair that failed", facts(under("EU-DE"), placed("2026-09-20"), faulty, repaired(1), after(600))},
		{"the same in the year that a repair adds", facts(under("EU-DE"), placed("2026-09-20"), faulty, repaired(1), after(1000))},
		{"the final right to reject", facts(under("UK"), faulty, repaired(1), after(600))},
		{"the money where no same model is left", facts(inChina, faulty, mark("three_guarantees"), repaired(2), found("no_same_model"), after(300))},
		{"an accessory exchanged in vain", facts(inChina, faulty, in("charger"), exchanged(2), after(300))},
	} {
		require.False(t, one(t, b, "packs-0", c.f).Owed, c.what)
		require.True(t, one(t, b, "packs-7", c.f).Owed, c.what)
	}
	for what, f := range map[string]policy.Facts{
		"made to order":     facts(inChina, mark("custom_made")),
		"unsealed software": facts(under("EU-DE"), mark("sealed_media"), found("opened")),
		"unsealed hygiene":  facts(under("UK"), mark("hygiene"), found("opened")),
		"misuse":            facts(inChina, faulty, mark("three_guarantees"), found("misuse")),
	} {
		require.True(t, one(t, b, "packs-0", f).Owed, what)
		require.False(t, one(t, b, "packs-7", f).Owed, what)
	}
}

func right(name string) bool {
	i := slices.IndexFunc(policy.Subjects, func(s policy.Subject) bool { return s.Name == name })
	return policy.Subjects[i].Right
}

func TestWhateverIsKnownEveryRequestIsDecided(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := one(t, book(t), "default", anyFacts(t))
		require.NotEmpty(t, v.Rule)
		require.Contains(t, []schemas.Turn{schemas.TurnMerchant, schemas.TurnCustomer}, v.Freight)
		require.False(t, v.Owed && v.Proposal == schemas.ProposeReject, "what is owed is proposed for refusal")
	})
}
