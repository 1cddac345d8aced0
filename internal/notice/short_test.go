package notice

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// A text message is read by whoever holds the phone: no amount, no name, no account, and one look tells which case it is about.
func TestATextMessageIsShortAndNamesNoAmountAndNoPerson(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	for _, template := range schemas.NoticeTemplates {
		for _, locale := range Locales {
			vars := varsFor(t, template.ID)
			vars["name"] = "Zhang Wei"
			m, err := c.Render(template.ID, locale, nil, vars, Titles{"1": "Mug"})
			require.NoError(t, err)
			if ForStaff(template.ID) {
				require.Empty(t, m.Short, "%s goes to the work app only", template.ID)
				continue
			}
			require.Contains(t, m.Short, "lotus:r-1", template.ID)
			for _, private := range []string{"4,784", "10.00", "元", "CNY", "Zhang", "\n", "{{", "<no value>"} {
				require.NotContains(t, m.Short, private, "%s %s", template.ID, locale)
			}
			if slices.Contains(template.Vars, "due") {
				require.Regexp(t, `10:05 UTC|18:05（北京时间）`, m.Short, template.ID)
			}
			if locale == "en" {
				require.True(t, inGSM(m.Short), "%s leaves the GSM alphabet: %s", template.ID, m.Short)
			}
			require.LessOrEqual(t, segments(m.Short, c.words[locale].signature()), maxSegments, "%s %s", template.ID, locale)
		}
	}
}

// What has to be done, or that there is nothing to do, is not left to the long text.
func TestATextMessageSaysWhoActs(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	for _, id := range c.Templates() {
		if ForStaff(id) {
			continue
		}
		zh, err := c.Render(id, "zh-CN", nil, varsFor(t, id), nil)
		require.NoError(t, err)
		require.Regexp(t, `请|无需|可以重新申请|这一步`, zh.Short, id)
		en, err := c.Render(id, "en", nil, varsFor(t, id), nil)
		require.NoError(t, err)
		require.Regexp(t, `(?i)please|nothing (else )?you have to do|you can ask|ask within|this step|choose`, en.Short, id)
	}
}

func TestFaultsOfTextMessagesAreFoundAtLoad(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ name, file, old, new, message string }{
		{"no text message", "texts/ack.received.en.txt", "SMS: ", "Sms: ", "after the subject come a line SMS"},
		{"an empty one", "texts/refund.done.zh-CN.txt", "SMS: 您的退款已完成", "Unused: ", "the second line must be: SMS"},
		{"an amount", "texts/refund.done.en.txt", "SMS: Your refund", "SMS: Your refund of {{.amount}}", "{{.amount}} may not stand in a text message"},
		{"a deduction", "texts/inspect.fail.zh-CN.txt", "SMS: ", "SMS: 扣减 {{.deduction}}，", "{{.deduction}} may not stand in a text message"},
		{"whether there is an amount", "texts/refund.done.en.txt", "SMS: ", "SMS: {{if .amount}}Hello. {{end}}", "{{.amount}} may not stand in a text message"},
		{"an account", "texts/refund.done.en.txt", "SMS: Your", "SMS: {{.method}}: your", "{{.method}} may not stand in a text message"},
		{"a name", "texts/refund.done.en.txt", "SMS: Your", "SMS: {{.name}}, your", "{{.name}} may not stand in a text message"},
		{"a greeting with a name", "texts/refund.done.en.txt", "SMS: ", `SMS: {{template "hello" .}} `, `there is no shared part "hello"`},
		{"a variable nobody gives", "texts/refund.done.en.txt", "SMS: ", "SMS: {{.due}} ", "{{.due}} is not a variable of this template"},
		{"no case", "texts/refund.done.en.txt", " See case {{.case_id}}\n", "\n", "{{.case_id}} is missing"},
		{"no date", "texts/refund.started.en.txt", "done by {{.due}};", "done soon;", "{{.due}} is missing"},
		{"too long in Chinese", "texts/case.reply.zh-CN.txt", "SMS: ", "SMS: " + strings.Repeat("您好。", 28), "3 segments; 2 are allowed"},
		{"too long in English", "texts/case.reply.en.txt", "SMS: ", "SMS: " + strings.Repeat("Hello. ", 30), "3 segments; 2 are allowed"},
		{"too long where there is no label", "texts/return.approved.en.txt", "SMS: ", "SMS: {{if .label}}{{else}}" + strings.Repeat("Hello. ", 30) + "{{end}}", "segments; 2 are allowed"},
		{"a sign outside the GSM alphabet", "texts/return.reminder.en.txt", "SMS: Reminder:", "SMS: Reminder –", "segments; 2 are allowed"},
		{"one for staff", "texts/staff.task.en.txt", "\n\n", "\nSMS: {{.task}} {{.case_id}}\n\n", "messages to staff go to the work app only"},
		{"one that does not parse", "texts/refund.done.en.txt", "SMS: Your", "SMS: {{.case_id Your", `function "Your" not defined`},
		{"a loop", "texts/refund.done.en.txt", "SMS: ", "SMS: {{range .case_id}}{{end}}", "may not stand in a text"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			fsys := disk(t)
			before := string(fsys[x.file].Data)
			after := strings.Replace(before, x.old, x.new, 1)
			require.NotEqual(t, before, after)
			fsys[x.file] = &fstest.MapFile{Data: []byte(after)}
			_, err := load(fsys)
			require.ErrorContains(t, err, x.message)
			require.ErrorContains(t, err, x.file)
		})
	}
}

func TestSegmentsAreCountedAsGatewaysCountThem(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		text  string
		taken int
		want  int
	}{
		{"", 0, 1},
		{strings.Repeat("a", 160), 0, 1},
		{strings.Repeat("a", 161), 0, 2},
		{strings.Repeat("a", 306), 0, 2},
		{strings.Repeat("a", 307), 0, 3},
		{strings.Repeat("[", 80), 0, 1},
		{strings.Repeat("[", 81), 0, 2},
		{strings.Repeat("好", 70), 0, 1},
		{strings.Repeat("好", 60), 11, 2},
		{strings.Repeat("好", 134), 0, 2},
		{strings.Repeat("好", 135), 0, 3},
		{strings.Repeat("𠮷", 36), 0, 2},
		{strings.Repeat("a", 70) + "–", 0, 2},
	} {
		require.Equal(t, x.want, segments(x.text, x.taken), "%.10q… (%d)", x.text, len([]rune(x.text)))
	}
}
