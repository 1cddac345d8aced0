package policy

import (
	"fmt"
	"strings"
)

// Suspected says whether a person looks at a request before any rule or silence grants it, by which rule, and what that rests on.
type Suspected struct {
	Looks      bool    `json:"looks"`
	Rule       string  `json:"rule,omitempty"` // of the row that decides; empty where the policy has no such table
	What       string  `json:"what,omitempty"`
	Basis      string  `json:"basis,omitempty"`
	Source     string  `json:"source,omitempty"`
	VerifiedOn string  `json:"verified_on,omitempty"`
	Confidence string  `json:"confidence,omitempty"`
	Days       int     `json:"days"`
	Earlier    History `json:"earlier"` // the other requests that count
}

// ExplainSuspicion asks the table suspicion about a request of these facts.
func (b *Book) ExplainSuspicion(name string, f Facts) (Suspected, error) {
	plan, _, err := b.Plan(name, f)
	if err != nil {
		return Suspected{}, err
	}
	p := b.policies[name]
	x := Suspected{Looks: plan.Suspicion != nil, Days: p.history, Earlier: p.earlier(f)}
	s := p.stories[f.Kind]
	switch {
	case plan.Suspicion != nil:
		x.Rule = plan.Suspicion.Rule
	case len(s.suspicion) > 0:
		x.Rule = s.suspicion[len(s.suspicion)-1].rule
	}
	if r, ok := b.ruleNamed(name, x.Rule); ok {
		x.What, x.Basis, x.Source, x.VerifiedOn, x.Confidence = r.What, r.Basis, r.Source, r.VerifiedOn, r.Confidence
	}
	return x, nil
}

// Sentences tells it to people, in zh-CN or en.
func (x Suspected) Sentences(locale string) []string {
	t, ok := tongues[locale]
	if !ok {
		locale, t = "en", tongues["en"]
	}
	zh := locale == "zh-CN"
	say := func(en, chinese string, args ...any) string {
		if zh {
			return fmt.Sprintf(chinese, args...)
		}
		return fmt.Sprintf(en, args...)
	}
	if x.Rule == "" {
		return []string{say("The policy has no table of suspicion: nobody looks at a request for that reason.", "该政策没有可疑申请表：不会因此要求人工查看。")}
	}
	told := []string{say("No rule asks for a person to look at it.", "没有规则要求先由人工查看。")}
	if x.Looks {
		told = []string{say("A person looks at it before any rule or silence grants it (AUTOMATION_HOLD). It is not refused by that, and the law's clocks run on.",
			"在任何规则或逾期自动同意之前，先由人工查看（AUTOMATION_HOLD）。这不是拒绝，法定期限照常计算。")}
	}
	id, version, _ := cutRule(x.Rule)
	told = append(told, say("%s v%s decides (%s: %s): %s.", "依据 %s v%s（%s：%s）：%s。", id, version, t.basis[x.Basis], x.Source, x.What))
	var counted []string
	for _, one := range []struct {
		n           int
		en, chinese string
	}{
		{x.Earlier.OtherGoods, "other goods", "寄回其他商品"},
		{x.Earlier.NotReceived, "not received", "称未收到"},
		{x.Earlier.RefundOnly, "goods kept", "仅退款"},
		{x.Earlier.Chargebacks, "chargebacks decided for the merchant", "商家胜诉的拒付"},
	} {
		if one.n > 0 {
			counted = append(counted, say("%[1]s %[3]d", "%[2]s %[3]d", one.en, one.chinese, one.n))
		}
	}
	if len(counted) == 0 {
		counted = []string{say("none", "无")}
	}
	return append(told, say("The customer's other requests of %d days: %s.", "该客户 %d 天内的其他申请：%s。", x.Days, strings.Join(counted, t.join)))
}
