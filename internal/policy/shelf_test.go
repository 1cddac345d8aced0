package policy_test

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/policy"
)

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

const mine = "extends: default\nclocks:\n  return.review: {rule: X-REVIEW@1, after: 6h}\n"

func changesOf(t *testing.T, s *policy.Shelf) map[string]policy.Change {
	t.Helper()
	changes, err := s.Reload()
	require.NoError(t, err)
	by := map[string]policy.Change{}
	for _, c := range changes {
		by[c.Policy] = c
	}
	return by
}

func reviewTime(t *testing.T, b *policy.Book, name string) string {
	t.Helper()
	plan, _, err := b.Plan(name, facts())
	require.NoError(t, err)
	text, err := plan.Clocks["return.review"].After.MarshalText()
	require.NoError(t, err)
	return string(text)
}

func TestAMerchantsPolicyStandsBesideThoseBuiltIn(t *testing.T) {
	s, err := policy.NewShelf(fstest.MapFS{"lotus.yaml": file(mine), "law.yaml": file(source(t, "uk"))})
	require.NoError(t, err)
	require.Equal(t, []string{"default", "demo", "lotus"}, s.Book().Names(), "a pack is no policy")
	require.Equal(t, "6h", reviewTime(t, s.Book(), "lotus"))
	require.Equal(t, "20h", reviewTime(t, s.Book(), "default"))
}

func TestABrokenFileNeverReplacesAGoodOne(t *testing.T) {
	folder := fstest.MapFS{"lotus.yaml": file(mine), "rose.yaml": file(mine)}
	s, err := policy.NewShelf(folder)
	require.NoError(t, err)
	require.Empty(t, changesOf(t, s), "nothing has changed")
	held := s.Book()

	folder["lotus.yaml"] = file(strings.Replace(mine, "after: 6h", "after: 6", 1))
	folder["rose.yaml"] = file(strings.Replace(mine, "after: 6h", "after: 5h", 1))
	changes := changesOf(t, s)
	require.Len(t, changes, 2)
	require.ErrorContains(t, changes["lotus"].Err, "lotus.yaml:3:44: duration \"6\": write a number with a unit")
	require.Equal(t, changes["lotus"].Before, changes["lotus"].Version, "the old one stays in force")
	require.NoError(t, changes["rose"].Err, "a good file is taken over beside a broken one")
	require.Equal(t, "6h", reviewTime(t, s.Book(), "lotus"))
	require.Equal(t, "5h", reviewTime(t, s.Book(), "rose"))
	require.Equal(t, "6h", reviewTime(t, held, "rose"), "who holds a book keeps it as it is")

	require.ErrorContains(t, changesOf(t, s)["lotus"].Err, "duration", "it is told for as long as it is broken")
	folder["lotus.yaml"] = file(strings.Replace(mine, "after: 6h", "after: 4h", 1))
	changes = changesOf(t, s)
	require.Len(t, changes, 1)
	require.NotEqual(t, changes["lotus"].Before, changes["lotus"].Version)
	require.Equal(t, "4h", reviewTime(t, s.Book(), "lotus"))
}

func TestAPolicyComesAndGoesWithItsFile(t *testing.T) {
	folder := fstest.MapFS{}
	s, err := policy.NewShelf(folder)
	require.NoError(t, err)
	folder["new.yaml"] = file(mine)
	folder["broken.yaml"] = file("clocks: [")
	changes := changesOf(t, s)
	require.Empty(t, changes["new"].Before)
	require.NotEmpty(t, changes["new"].Version)
	require.Error(t, changes["broken"].Err)
	require.Empty(t, changes["broken"].Version)
	require.True(t, s.Book().Has("new"))
	require.False(t, s.Book().Has("broken"))
	maps.DeleteFunc(folder, func(name string, _ *fstest.MapFile) bool { return name == "new.yaml" })
	changes = changesOf(t, s)
	require.Empty(t, changes["new"].Version)
	require.False(t, s.Book().Has("new"))
	require.True(t, s.Book().Has("default"), "what is built in never goes")
}

func TestAShelfDoesNotBeginWithABrokenFile(t *testing.T) {
	_, err := policy.NewShelf(fstest.MapFS{"lotus.yaml": file("zone: Nowhere\n")})
	require.ErrorContains(t, err, `"Nowhere" is not a time zone`)
}

func TestAFolderStandsBeforeWhatIsBuiltIn(t *testing.T) {
	s, err := policy.NewShelf(fstest.MapFS{
		"default.yaml": file(strings.Replace(source(t, "default"), "after: 20h", "after: 19h", 1)),
		"calendars/moon.yaml": file("id: moon\nbase: cn\nname: {zh-CN: 月, en: moon}\nversion: \"1\"\nsource: [ours]\nverified_on: 2026-11-21\n" +
			"coverage: {from: 2026-01-01, to: 2026-12-31}\nweekly: {mon: [\"10:00-12:00\"]}\n"),
		"late.yaml": file("extends: default\nclocks:\n  return.received: {rule: X-R@1, after: 2 business_hour, calendar: moon}\n"),
	})
	require.NoError(t, err)
	require.Equal(t, "19h", reviewTime(t, s.Book(), "default"))
	require.Equal(t, "19h", reviewTime(t, s.Book(), "late"), "what a policy extends is the folder's, too")
	plan, _, err := s.Book().Plan("late", facts())
	require.NoError(t, err)
	require.Contains(t, plan.Calendars, "moon")
}
