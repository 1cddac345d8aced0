package notice

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestGoodsGoByTheirNameAndHowManyMoreThereAre(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	titles := Titles{"1": "T-shirt white", "2": "Mug", "4": "Vase\nblue"}
	chinese := Titles{"1": "纯棉T恤 白 M", "2": "晴雨伞 黑"}
	for _, x := range []struct{ raw, zh, en string }{
		{"", "全部商品", "all items"},
		{"1", "「纯棉T恤 白 M」", "T-shirt white"},
		{"1*3", "「纯棉T恤 白 M」（3 件）", "T-shirt white (3 items)"},
		{"1,2", "「纯棉T恤 白 M」等 2 件商品", "T-shirt white and 1 more"},
		{"1*2,2*3", "「纯棉T恤 白 M」等 5 件商品", "T-shirt white (2 items) and 3 more"},
		{"1,1*2", "「纯棉T恤 白 M」（3 件）", "T-shirt white (3 items)"}, // the parts of a line that was split
		{"3,2", "「晴雨伞 黑」等 2 件商品", "Mug and 1 more"},
		{"3", "第 3 行商品", "line 3"},
		{"3*2,5", "第 3 行（2 件）、第 5 行商品", "line 3 (2 items) and line 5"},
		{"1*many,2", "第 1 行、第 2 行商品", "line 1 and line 2"},
	} {
		require.Equal(t, x.zh, c.words["zh-CN"].lines(x.raw, chinese, fullText), x.raw)
		require.Equal(t, x.en, c.words["en"].lines(x.raw, titles, fullText), x.raw)
	}
	require.Equal(t, "第 3 行等 13 件商品", c.words["zh-CN"].lines("3*2,5,6*10", nil, textMessage))
	require.Equal(t, "line 3 (2 items) and 11 more", c.words["en"].lines("3*2,5,6*10", nil, textMessage))
	require.Equal(t, "Vase blue", c.words["en"].lines("4", titles, fullText), "a title adds no lines")
}

func TestALongTitleIsCutAndOneThatATextMessageCannotWriteIsLeftOut(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	titles := Titles{"1": strings.Repeat("长", 100), "2": strings.Repeat("Long ", 30)}
	require.Equal(t, "「"+strings.Repeat("长", 59)+"…」", c.words["zh-CN"].lines("1", titles, fullText))
	require.Equal(t, "「"+strings.Repeat("长", 9)+"…」", c.words["zh-CN"].lines("1", titles, textMessage))
	require.Equal(t, "Long Long Long Lo...", c.words["en"].lines("2", titles, textMessage))
	require.Equal(t, "line 1", c.words["en"].lines("1", titles, textMessage), "one such character would halve the room of the whole message")
	require.Equal(t, "Long Long Long Lo... and 1 more", c.words["en"].lines("1,2", titles, textMessage))
}

// Whatever the shop calls its articles, the message keeps within its limit.
func TestNoTitleMakesATextMessageTooLong(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	rapid.Check(t, func(rt *rapid.T) {
		id := rapid.SampledFrom([]string{"ack.received", "case.rejected", "case.expired", "return.approved", "return.reminder", "return.received"}).Draw(rt, "template")
		vars := varsFor(t, id)
		titles := Titles{"1": rapid.String().Draw(rt, "first"), "2": rapid.StringN(0, 200, -1).Draw(rt, "second")}
		for _, locale := range Locales {
			m, err := c.Render(id, locale, nil, vars, titles)
			require.NoError(rt, err)
			require.LessOrEqual(rt, segments(m.Short, c.words[locale].signature()), maxSegments, m.Short)
			require.NotContains(rt, m.Short, "\n")
		}
	})
}
