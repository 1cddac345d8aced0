package activities

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/aftercare/aftercare/schemas"
)

func zoned(t require.TestingT, name string) *time.Location {
	zone, err := time.LoadLocation(name)
	require.NoError(t, err)
	return zone
}

func TestANightEndsWhereItsSleeperLives(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ zone, at, until string }{
		{"Asia/Shanghai", "2026-11-20T12:59:59Z", ""},
		{"Asia/Shanghai", "2026-11-20T13:00:00Z", "2026-11-21T01:00:00Z"}, // nine in the evening
		{"Asia/Shanghai", "2026-11-20T20:00:00Z", "2026-11-21T01:00:00Z"},
		{"Asia/Shanghai", "2026-11-21T00:59:59Z", "2026-11-21T01:00:00Z"},
		{"Asia/Shanghai", "2026-11-21T01:00:00Z", ""}, // nine in the morning
		{"Asia/Shanghai", "2026-12-31T16:00:00Z", "2027-01-01T01:00:00Z"},
		{"America/New_York", "2026-11-20T20:00:00Z", ""},
		{"America/New_York", "2026-11-21T02:00:00Z", "2026-11-21T14:00:00Z"},
		{"Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T07:00:00Z"}, // the clocks go forward in this night
		{"Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T08:00:00Z"}, // and back in this one
		{"Asia/Kolkata", "2026-11-20T15:29:00Z", ""},
		{"Asia/Kolkata", "2026-11-20T15:30:00Z", "2026-11-21T03:30:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, x.at)
		require.NoError(t, err)
		got := NightsRest.until(at, zoned(t, x.zone))
		if x.until == "" {
			require.Zero(t, got, "%s %s", x.zone, x.at)
			continue
		}
		require.Equal(t, x.until, got.Format(time.RFC3339), "%s %s", x.zone, x.at)
	}
	noon := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	require.Equal(t, noon.Add(2*time.Hour), QuietHours{From: 12 * time.Hour, To: 14 * time.Hour}.until(noon, time.UTC), "hours within a day")
	require.Zero(t, QuietHours{From: 12 * time.Hour, To: 14 * time.Hour}.until(noon.Add(2*time.Hour), time.UTC))
	require.Zero(t, QuietHours{}.until(noon, time.UTC))
}

// Wherever somebody lives and whenever it is: by day nothing waits, by night everything does, until the next nine o'clock.
func TestNoNightIsLongerThanItsHours(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		zone := zoned(rt, rapid.SampledFrom([]string{"Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "America/Santiago"}).Draw(rt, "zone"))
		at := time.Unix(rapid.Int64Range(1.7e9, 2.2e9).Draw(rt, "at"), 0)
		hour, end := at.In(zone).Hour(), NightsRest.until(at, zone)
		require.Equal(rt, hour >= 21 || hour < 9, !end.IsZero())
		if !end.IsZero() {
			require.True(rt, end.After(at))
			require.LessOrEqual(rt, end.Sub(at), 13*time.Hour)
			require.Equal(rt, 9, end.In(zone).Hour())
			require.Zero(rt, end.In(zone).Minute())
		}
	})
}

var (
	late    = time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC) // ten in the evening in Beijing
	morning = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)  // nine o'clock there
)

func atNight(channel schemas.Channel, priority schemas.Priority, messages ...schemas.Notice) schemas.NoticeOrder {
	o := noticeOrder(channel, messages...)
	o.At, o.Priority = late, priority
	return o
}

func TestAMessageThatCanWaitLetsACustomerSleep(t *testing.T) {
	t.Parallel()
	due := func(template, due string) schemas.Notice {
		return schemas.Notice{Template: template, To: noticeTo("c-1", schemas.RoleCustomer), Vars: map[string]string{"lines": "1", "due": due}}
	}
	reminder, tonight, inTime := due("return.reminder", "2026-11-23T16:00:00Z"), due("return.reminder", "2026-11-21T01:00:00Z"), due("return.reminder", "2026-11-21T01:00:01Z")
	acknowledged := due("ack.received", "2026-11-23T16:00:00Z")
	for _, x := range []struct {
		name    string
		order   schemas.NoticeOrder
		channel schemas.Channel
		want    time.Time
	}{
		{"in the app", atNight("app", schemas.P2, reminder), "app", morning},
		{"by text message", atNight("phone", schemas.P3, reminder), ChannelSMS, morning},
		{"by WeChat", atNight("wechat", schemas.P2, reminder), "wechat", morning},
		{"by e-mail, which waits to be read", atNight("email", schemas.P2, reminder), "email", time.Time{}},
		{"in the chat they began", atNight("chat", schemas.P2, reminder), "chat", time.Time{}},
		{"on the web page", atNight("web", schemas.P2, reminder), "web", time.Time{}},
		{"what is urgent", atNight("app", schemas.P1, reminder), "app", time.Time{}},
		{"what is a matter of safety", atNight("app", schemas.P0, reminder), "app", time.Time{}},
		{"from before the order knew", atNight("app", "", reminder), "app", time.Time{}},
		{"an answer to what they did this moment", atNight("app", schemas.P2, acknowledged), "app", time.Time{}},
		{"what is too late in the morning", atNight("app", schemas.P2, tonight), "app", time.Time{}},
		{"what is in time in the morning", atNight("app", schemas.P2, inTime), "app", morning},
		{"what names no date", atNight("app", schemas.P2, refundNotice), "app", morning},
		{"to staff", atNight("app", schemas.P2, taskNotice), ChannelWorkApp, time.Time{}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			f := newNoticeFixture(t, noticeContacts{locale: "zh-CN", email: secretEmail, phone: secretPhone})
			receipt, err := f.Send(context.Background(), x.order)
			require.NoError(t, err)
			require.Equal(t, schemas.NoticeReceipt{Sent: 1}, receipt, "the call is done though the message waits")
			got := f.out.sent["lotus:r-1/notice/4/0"]
			require.Equal(t, x.channel, got.Channel)
			require.Equal(t, x.want, got.NotBefore)
			require.Equal(t, late, got.At)
		})
	}
}

func TestTheNightIsTheCustomersOwn(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		book noticeContacts
		at   string
		want string
	}{
		{noticeContacts{locale: "zh-CN"}, "2026-11-20T14:00:00Z", "2026-11-21T01:00:00Z"},
		{noticeContacts{locale: "zh-CN", zone: "America/New_York"}, "2026-11-20T14:00:00Z", ""},
		{noticeContacts{locale: "zh-CN", zone: "America/New_York"}, "2026-11-21T03:00:00Z", "2026-11-21T14:00:00Z"},
		{noticeContacts{locale: "en"}, "2026-11-20T14:00:00Z", ""},
		{noticeContacts{locale: "en"}, "2026-11-20T22:00:00Z", "2026-11-21T09:00:00Z"},
		{noticeContacts{locale: "en", zone: "Nowhere/At_All"}, "2026-11-20T22:00:00Z", "2026-11-21T09:00:00Z"},
	} {
		f := newNoticeFixture(t, x.book)
		order := atNight("app", schemas.P2, refundNotice)
		var err error
		order.At, err = time.Parse(time.RFC3339, x.at)
		require.NoError(t, err)
		_, err = f.Send(context.Background(), order)
		require.NoError(t, err)
		got := f.out.sent["lotus:r-1/notice/4/0"].NotBefore
		require.Equal(t, x.want == "", got.IsZero(), x.book)
		if x.want != "" {
			require.Equal(t, x.want, got.Format(time.RFC3339))
		}
	}
}

// The next channel may be one that waits although the first was not, and the other way round.
func TestEachChannelWaitsForItself(t *testing.T) {
	t.Parallel()
	f := newNoticeFixture(t, noticeContacts{locale: "zh-CN", email: secretEmail, phone: secretPhone})
	f.out.broken["email"], f.out.broken["app"] = ErrUndeliverable, ErrUndeliverable
	_, err := f.Send(context.Background(), atNight("email", schemas.P2, refundNotice))
	require.NoError(t, err)
	got := f.out.sent["lotus:r-1/notice/4/0"]
	require.Equal(t, ChannelSMS, got.Channel)
	require.Equal(t, morning, got.NotBefore)
}

func TestATimeIsShownWhereTheCustomerLives(t *testing.T) {
	t.Parallel()
	f := newNoticeFixture(t, noticeContacts{locale: "en", zone: "America/New_York"})
	_, err := f.Send(context.Background(), noticeOrder("app", schemas.Notice{Template: "survey.invite", To: noticeTo("c-1", schemas.RoleCustomer), Vars: map[string]string{"due": "2026-12-04T00:00:00Z"}}))
	require.NoError(t, err)
	require.Contains(t, f.out.sent["lotus:r-1/notice/4/0"].Body, "3 December 2026, 19:00 UTC-05:00")
}
