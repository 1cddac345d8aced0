package activities

import (
	"slices"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// QuietHours are the part of a day in which nobody is interrupted by a message that can wait. From and To are counted from midnight
// where the recipient lives; the hours may go over midnight. Where both are the same, no hour is quiet.
type QuietHours struct {
	From, To time.Duration
}

// quietOf are the quiet hours of a plan. They were checked when the policy was loaded.
func quietOf(q schemas.QuietHours) QuietHours {
	return QuietHours{From: clockOf(q.From), To: clockOf(q.To)}
}

func clockOf(text string) time.Duration {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
}

// NightsRest are the quiet hours where nothing else is set.
var NightsRest = QuietHours{From: 21 * time.Hour, To: 9 * time.Hour}

// until is the end of the quiet hours that a moment falls into, or zero where it falls into none.
func (q QuietHours) until(at time.Time, zone *time.Location) time.Time {
	if q.From == q.To {
		return time.Time{}
	}
	local := at.In(zone)
	for _, day := range []int{local.Day() - 1, local.Day()} {
		from, to := onDay(local, day, q.From), onDay(local, day, q.To)
		if q.To < q.From {
			to = onDay(local, day+1, q.To)
		}
		if !local.Before(from) && local.Before(to) {
			return to.UTC()
		}
	}
	return time.Time{}
}

// onDay is what the clocks of a place show, not a number of hours after midnight: on a day when they are set, the two differ.
func onDay(local time.Time, day int, clock time.Duration) time.Time {
	return time.Date(local.Year(), local.Month(), day, int(clock/time.Hour), int(clock%time.Hour/time.Minute), 0, 0, local.Location())
}

// interrupts are the channels that ring or light up a telephone. E-mail, a chat, a web page and the messages of a marketplace wait to be
// looked at, and staff see their work when they work.
var interrupts = []schemas.Channel{"app", "wechat", "phone", ChannelSMS}

// notBefore is until when a message has to wait where its recipient lives; zero means that it leaves at once. Nothing here
// waits: whoever delivers is told the time.
//
// Only what can wait does: cases of priority P2 and P3, over a channel that interrupts. What answers something the customer did this
// moment finds them awake, and what names a date that passes before the morning would come too late to be of use. An order that
// was written before it carried a priority has none, and leaves at once as it did then.
func (n *Notices) notBefore(order schemas.NoticeOrder, message schemas.Notice, channel schemas.Channel, zone *time.Location) time.Time {
	canWait := order.Priority == schemas.P2 || order.Priority == schemas.P3
	if !canWait || message.To.Role != schemas.RoleCustomer || !slices.Contains(interrupts, channel) || schemas.SentAtOnce(message.Template) {
		return time.Time{}
	}
	quiet := n.Quiet
	if order.Quiet != (schemas.QuietHours{}) {
		quiet = quietOf(order.Quiet)
	}
	morning := quiet.until(order.At, zone)
	if due, err := time.Parse(time.RFC3339, message.Vars["due"]); err == nil && !due.After(morning) {
		return time.Time{}
	}
	return morning
}
