package policy

import (
	"fmt"
	"strings"
	"time"
)

// tongue is the words of an explanation in one language.
type tongue struct {
	due, from, counts, other, only, earliest, latest, skipped, rolled, paused, running, provisional, platform, unverified string
	basis, units                                                                                                          map[string]string
	subject                                                                                                               func(Subject) string
	join, stop                                                                                                            string
}

var tongues = map[string]tongue{
	"en": {
		due: "%s ends %s.", from: "It counts from %s, %s.",
		counts: "%s decides (%s: %s): %s.", other: "%s (%s: %s) alone, %s, would end it %s.",
		only:     "No other layer speaks about it.",
		earliest: "Of a duty the earliest due counts.", latest: "Of a right the latest end counts.",
		skipped: "Days that do not count: %s.", rolled: "It would have ended %s and moves to the next working day.",
		paused: "Paused from %s to %s: %s.", running: "now",
		provisional: "Provisional: the holidays of that year are not published yet, so only the weekly pattern is known.",
		platform:    "The platform itself named this end; it replaces our copy of its rule.",
		unverified:  "Nobody has confirmed %s yet.",
		basis:       map[string]string{"law": "law", "platform": "platform", "promise": "the shop's promise", "default": "the policy"},
		units:       map[string]string{"elapsed_hour": "hour(s)", "business_hour": "open hour(s)", "calendar_day": "day(s)", "working_day": "working day(s)", "month": "month(s)", "year": "year(s)"},
		subject:     func(s Subject) string { return strings.ToUpper(s.En[:1]) + s.En[1:] }, join: ", ", stop: " ",
	},
	"zh-CN": {
		due: "%s的截止时间为%s。", from: "自%s（%s）起算。",
		counts: "依据%s（%s：%s）：%s。", other: "如仅依据%s（%s：%s），期限为%s，截止时间为%s。",
		only:     "没有其他层级的规则。",
		earliest: "义务以最早的期限为准。", latest: "权利以最晚的期限为准。",
		skipped: "不计入的日期：%s。", rolled: "原定于%s届满，顺延至下一个工作日。",
		paused: "%s至%s暂停：%s。", running: "现在",
		provisional: "暂定：该年度的节假日安排尚未公布，仅按每周规律推算。",
		platform:    "该期限由平台给出，取代我们记录的平台规则。",
		unverified:  "%s尚未核实。",
		basis:       map[string]string{"law": "法律", "platform": "平台规则", "promise": "商家承诺", "default": "本店规则"},
		units:       map[string]string{"elapsed_hour": "小时", "business_hour": "个营业小时", "calendar_day": "个自然日", "working_day": "个工作日", "month": "个月", "year": "年"},
		subject:     func(s Subject) string { return s.Zh }, join: "、", stop: "",
	},
}

// Sentences tells an explanation to people, in zh-CN or en.
func (e Explanation) Sentences(locale string) []string {
	t, ok := tongues[locale]
	if !ok {
		t = tongues["en"]
	}
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		zone = time.UTC
	}
	when := func(at time.Time) string { return at.In(zone).Format("2006-01-02 15:04 MST") }
	s, _ := subject(e.Subject)
	told := []string{fmt.Sprintf(t.due, t.subject(s), when(e.Due)), fmt.Sprintf(t.from, e.Trigger, when(e.From))}
	for _, l := range e.Layers {
		told = append(told, t.layer(l, when)...)
	}
	switch {
	case len(e.Layers) == 1:
		told = append(told, t.only)
	case e.Right:
		told = append(told, t.latest)
	default:
		told = append(told, t.earliest)
	}
	for _, p := range e.Pauses {
		until := t.running
		if p.To != nil {
			until = when(*p.To)
		}
		told = append(told, fmt.Sprintf(t.paused, when(p.From), until, p.Reason))
	}
	if e.Provisional {
		told = append(told, t.provisional)
	}
	return told
}

// layer tells what one layer says, and why it counts or not.
func (t tongue) layer(l LayerExplanation, when func(time.Time) string) []string {
	source := l.Source
	if source == "" {
		source = l.Rule
	}
	name := ruleText(l.Rule)
	var told []string
	switch {
	case l.Platform && l.Counts:
		told = append(told, t.platform)
	case l.Counts:
		told = append(told, fmt.Sprintf(t.counts, name, t.basis[l.Basis], source, t.length(l)))
	default:
		told = append(told, fmt.Sprintf(t.other, name, t.basis[l.Basis], source, t.length(l), when(l.Due)))
	}
	if !l.Counts {
		return told
	}
	if len(l.Skipped) > 0 {
		var days []string
		for _, d := range l.Skipped {
			days = append(days, strings.TrimSpace(d.Date+" "+d.Why))
		}
		told = append(told, fmt.Sprintf(t.skipped, strings.Join(days, t.join)))
	}
	if !l.Nominal.IsZero() && !l.Nominal.Equal(l.Due) {
		told = append(told, fmt.Sprintf(t.rolled, when(l.Nominal)))
	}
	if l.Confidence == "unverified" || l.Confidence == "uncertain" {
		told = append(told, fmt.Sprintf(t.unverified, name))
	}
	return told
}

// length says a layer's length in words.
func (t tongue) length(l LayerExplanation) string {
	if l.Term == nil {
		return l.Length
	}
	unit := t.units[string(l.Term.Unit)]
	s := fmt.Sprintf("%d%s%s", l.Term.Amount, t.stop, unit)
	if l.Calendar != "" {
		id, _, _ := strings.Cut(l.Calendar, " ")
		s += " (" + id + ")"
	}
	return s
}

// ruleText writes CN-05@1 as people say it.
func ruleText(rule string) string {
	id, version, ok := cutRule(rule)
	if !ok {
		return rule
	}
	return id + " v" + version
}
