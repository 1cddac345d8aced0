package activities

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/aftercare/aftercare/internal/notice"
	"github.com/aftercare/aftercare/schemas"
)

const (
	secretName  = "Zhang Wei"
	secretEmail = "zhang.wei@mail.example"
	secretPhone = "+86 138 0000 0000"
)

// noticeOutbox remembers deliveries by key, as the real one does. Channels in broken answer with their error.
type noticeOutbox struct {
	sent   map[string]Delivery
	tried  []schemas.Channel
	broken map[schemas.Channel]error
}

func (o *noticeOutbox) Deliver(_ context.Context, d Delivery) error {
	o.tried = append(o.tried, d.Channel)
	if _, done := o.sent[d.Key]; done {
		return nil
	}
	if err := o.broken[d.Channel]; err != nil {
		return err
	}
	o.sent[d.Key] = d
	return nil
}

type noticeContacts struct {
	locale, zone, email, phone string
	err                        error
}

func (a noticeContacts) Contact(_ context.Context, merchant, customer string) (Contact, error) {
	if a.err != nil {
		return Contact{}, a.err
	}
	if merchant != "lotus" || customer != "c-1" {
		return Contact{}, nil
	}
	return Contact{Name: secretName, Locale: a.locale, TimeZone: a.zone, Email: a.email, Phone: a.phone}, nil
}

// noticeGoods is a shop that calls the first line of order L-1 a mug. Its order "down" cannot be looked up now.
type noticeGoods struct{ asked *int }

func (g noticeGoods) Titles(_ context.Context, merchant, order string) (map[string]string, error) {
	if g.asked != nil {
		*g.asked++
	}
	switch merchant + "/" + order {
	case "lotus/L-1":
		return map[string]string{"1": "Mug blue"}, nil
	case "lotus/down":
		return nil, errors.New("connection refused")
	}
	return nil, nil
}

type noticeSurveys struct {
	asked map[string]string // customer: case
	err   error
	quiet int
}

func (s *noticeSurveys) SurveyAsked(_ context.Context, merchant, customer, caseID string, _ time.Time, quietDays int) (bool, error) {
	if s.err != nil {
		return false, s.err
	}
	s.quiet = quietDays
	who := merchant + "/" + customer
	if by, ok := s.asked[who]; ok {
		return by != caseID, nil
	}
	s.asked[who] = caseID
	return false, nil
}

type noticeFixture struct {
	*Notices
	out  *noticeOutbox
	asks *noticeSurveys
	logs *observer.ObservedLogs
}

func newNoticeFixture(t *testing.T, book noticeContacts) noticeFixture {
	texts, err := notice.Load()
	require.NoError(t, err)
	core, logs := observer.New(zap.DebugLevel)
	f := noticeFixture{out: &noticeOutbox{sent: map[string]Delivery{}, broken: map[schemas.Channel]error{}}, asks: &noticeSurveys{asked: map[string]string{}}, logs: logs}
	f.Notices = &Notices{Texts: texts, Contacts: book, Deliver: f.out, Surveys: f.asks, Goods: noticeGoods{}, Log: zap.New(core), StaffLocale: "zh-CN", Quiet: NightsRest}
	// Whatever a test does, nobody's name or address may come to light.
	t.Cleanup(func() {
		for _, e := range logs.All() {
			requireNoPerson(t, fmt.Sprint(e.Message, e.ContextMap()))
		}
	})
	return f
}

func requireNoPerson(t *testing.T, s string) {
	t.Helper()
	for _, secret := range []string{secretName, "Wei", secretEmail, "mail.example", secretPhone, "138 0000"} {
		require.NotContains(t, s, secret)
	}
}

var reachableEverywhere = noticeContacts{locale: "en", email: secretEmail, phone: secretPhone}

func noticeTo(id string, role schemas.Role) schemas.Actor { return schemas.Actor{Role: role, ID: id} }

func noticeOrder(channel schemas.Channel, messages ...schemas.Notice) schemas.NoticeOrder {
	return schemas.NoticeOrder{
		CaseID: "lotus:r-1", MerchantID: "lotus", OrderID: "L-1", CustomerID: "c-1", Channel: channel, Step: "4",
		Messages: messages, At: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC),
	}
}

var (
	refundNotice     = schemas.Notice{Template: "refund.done", To: noticeTo("c-1", schemas.RoleCustomer), Vars: map[string]string{"amount": "4784:USD", "method": "original"}}
	taskNotice       = schemas.Notice{Template: "staff.task", To: noticeTo("agent-1", schemas.RoleAgent), Vars: map[string]string{"task": "trace", "due": "2026-11-20T10:05:00Z"}}
	unwritableNotice = schemas.Notice{Template: "ack.received", To: noticeTo("c-1", schemas.RoleCustomer), Vars: map[string]string{"lines": "1"}}
)

func TestACustomerAndAnAgentAreToldInTheirLanguages(t *testing.T) {
	f := newNoticeFixture(t, reachableEverywhere)
	receipt, err := f.Send(context.Background(), noticeOrder("wechat", refundNotice, taskNotice))
	require.NoError(t, err)
	require.Equal(t, schemas.NoticeReceipt{Sent: 2}, receipt)

	first := f.out.sent["lotus:r-1/notice/4/0"]
	require.Equal(t, schemas.Channel("wechat"), first.Channel)
	require.Equal(t, "c-1", first.Address)
	require.Equal(t, "en", first.Locale)
	require.Equal(t, "Your refund is done", first.Subject)
	require.Contains(t, first.Body, "Dear Zhang Wei,")
	require.Contains(t, first.Body, "USD 47.84 for order L-1")
	require.Equal(t, "lotus", first.MerchantID)
	require.Equal(t, "refund.done", first.Template)
	require.Equal(t, time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), first.At)

	second := f.out.sent["lotus:r-1/notice/4/1"]
	require.Equal(t, ChannelWorkApp, second.Channel)
	require.Equal(t, "agent-1", second.Address)
	require.Equal(t, "zh-CN", second.Locale)
	require.Contains(t, second.Body, "请您于 2026年11月20日 18:05（北京时间）前完成")
}

func TestTheChannelOfOriginComesFirstAndTheRestByAddress(t *testing.T) {
	all := noticeContacts{email: "e", phone: "p"}
	for _, x := range []struct {
		origin schemas.Channel
		book   noticeContacts
		want   string
	}{
		{"wechat", all, "wechat:c app:c sms:p email:e"},
		{"app", all, "app:c sms:p email:e"},
		{"email", all, "email:e app:c sms:p"},
		{"phone", all, "sms:p app:c email:e"},
		{"marketplace", all, "marketplace:c app:c sms:p email:e"},
		{"", all, "app:c sms:p email:e"},
		{"phone", noticeContacts{email: "e"}, "app:c email:e"},
		{"email", noticeContacts{phone: "p"}, "app:c sms:p"},
		{"web", noticeContacts{}, "web:c app:c"},
	} {
		var got []string
		for _, w := range waysTo(x.origin, "c", x.book.email, x.book.phone) {
			got = append(got, fmt.Sprintf("%s:%s", w.channel, w.address))
		}
		require.Equal(t, x.want, strings.Join(got, " "), x.origin)
	}
}

var withdrawnNotice = schemas.Notice{Template: "case.withdrawn", To: noticeTo("c-1", schemas.RoleCustomer), Vars: map[string]string{"lines": "1,2*3"}}

// Whoever holds the phone reads a text message, and a gateway charges it by its length.
func TestATextMessageIsTheShortForm(t *testing.T) {
	f := newNoticeFixture(t, reachableEverywhere)
	_, err := f.Send(context.Background(), noticeOrder("phone", withdrawnNotice, refundNotice))
	require.NoError(t, err)
	first, second := f.out.sent["lotus:r-1/notice/4/0"], f.out.sent["lotus:r-1/notice/4/1"]
	require.Equal(t, ChannelSMS, first.Channel)
	require.Empty(t, first.Subject, "a text message has none")
	require.Equal(t, "As you asked, your request (Mug blue and 3 more) has been withdrawn. There is nothing else you have to do. See case lotus:r-1", first.Body)
	for _, private := range []string{"47.84", "USD", "Zhang", "Wei"} {
		require.NotContains(t, second.Body, private)
	}

	f = newNoticeFixture(t, reachableEverywhere)
	_, err = f.Send(context.Background(), noticeOrder("chat", withdrawnNotice))
	require.NoError(t, err)
	require.Contains(t, f.out.sent["lotus:r-1/notice/4/0"].Body, "Dear Zhang Wei,", "every other channel takes the whole text")
}

func TestGoodsGoByTheirNamesAndByTheirNumbersWhereNobodyKnowsThem(t *testing.T) {
	f := newNoticeFixture(t, reachableEverywhere)
	var asked int
	f.Goods = noticeGoods{asked: &asked}
	for order, want := range map[string]string{
		"L-1": "your request about Mug blue and 3 more of order L-1", "L-2": "line 1 and line 2 (3 items) of order L-2", "down": "line 1 and line 2 (3 items) of order down",
	} {
		o := noticeOrder("app", withdrawnNotice, withdrawnNotice, refundNotice)
		o.OrderID, o.Step = order, order
		_, err := f.Send(context.Background(), o)
		require.NoError(t, err)
		require.Contains(t, f.out.sent["lotus:r-1/notice/"+order+"/1"].Body, want)
	}
	require.Equal(t, 3, asked, "once a step")
	_, err := f.Send(context.Background(), noticeOrder("app", refundNotice, taskNotice))
	require.NoError(t, err)
	require.Equal(t, 3, asked, "what names no goods asks for none")
}

func TestTheNextChannelIsTriedWhereOneFails(t *testing.T) {
	f := newNoticeFixture(t, reachableEverywhere)
	f.out.broken["chat"] = fmt.Errorf("not subscribed: %w", ErrUndeliverable)
	f.out.broken["app"] = errors.New("connection reset while sending to " + secretName)
	receipt, err := f.Send(context.Background(), noticeOrder("chat", refundNotice))
	require.NoError(t, err)
	require.Equal(t, 1, receipt.Sent)
	require.Equal(t, []schemas.Channel{"chat", "app", ChannelSMS}, f.out.tried)
	require.Equal(t, secretPhone, f.out.sent["lotus:r-1/notice/4/0"].Address)
	require.Equal(t, 2, f.logs.Len())
}

// The last notice before a case ends leaves by two ways, where there are two; one of them is enough to have reached the customer.
func TestALastNoticeLeavesByTwoWays(t *testing.T) {
	last := schemas.Notice{Template: "case.unreachable", To: noticeTo("c-1", schemas.RoleCustomer), Vars: map[string]string{"lines": "1", "due": "2026-12-04T09:00:00Z"}}
	f := newNoticeFixture(t, reachableEverywhere)
	f.out.broken["app"] = fmt.Errorf("not subscribed: %w", ErrUndeliverable)
	for range 2 {
		receipt, err := f.Send(context.Background(), noticeOrder("chat", last, refundNotice))
		require.NoError(t, err)
		require.Equal(t, schemas.NoticeReceipt{Sent: 2}, receipt)
	}
	require.Len(t, f.out.sent, 3, "two of the last notice, one of the other, however often they are sent")
	require.Equal(t, schemas.Channel("chat"), f.out.sent["lotus:r-1/notice/4/0"].Channel)
	require.Equal(t, ChannelSMS, f.out.sent["lotus:r-1/notice/4/0/again"].Channel)

	f = newNoticeFixture(t, noticeContacts{locale: "en", email: secretEmail})
	f.out.broken["app"] = errors.New("down")
	receipt, err := f.Send(context.Background(), noticeOrder("email", last))
	require.NoError(t, err, "the second way is no reason to repeat the first")
	require.Equal(t, 1, receipt.Sent)
}

func TestWhatReachesNobodyIsNamedInTheReceipt(t *testing.T) {
	f := newNoticeFixture(t, reachableEverywhere)
	for _, c := range []schemas.Channel{"web", "app", ChannelSMS, "email"} {
		f.out.broken[c] = fmt.Errorf("550 no such user %s: %w", secretEmail, ErrUndeliverable)
	}
	receipt, err := f.Send(context.Background(), noticeOrder("web", refundNotice, taskNotice))
	require.NoError(t, err)
	require.Equal(t, schemas.NoticeReceipt{Sent: 1, Undelivered: []string{"refund.done"}}, receipt)

	receipt, err = f.Send(context.Background(), noticeOrder("web", schemas.Notice{Template: "staff.task", To: noticeTo("", schemas.RoleCustomer), Vars: taskNotice.Vars}))
	require.NoError(t, err)
	require.Equal(t, []string{"staff.task"}, receipt.Undelivered, "nobody is behind an empty id")
}

func TestAMessageThatCannotBeWrittenStopsNoOther(t *testing.T) {
	f := newNoticeFixture(t, reachableEverywhere)
	unknown := schemas.Notice{Template: "case.unheard_of", To: noticeTo("c-1", schemas.RoleCustomer)}
	receipt, err := f.Send(context.Background(), noticeOrder("app", unwritableNotice, unknown, refundNotice))
	require.NoError(t, err)
	require.Equal(t, schemas.NoticeReceipt{Sent: 1, Undelivered: []string{"ack.received", "case.unheard_of"}}, receipt)
	require.Contains(t, fmt.Sprint(f.logs.All()[0].ContextMap()), "ack.received wants due")
}

// A channel that does not answer is no refusal: the call is repeated, and what was sent the first time is not sent again.
func TestAChannelThatDoesNotAnswerIsTriedAgain(t *testing.T) {
	f := newNoticeFixture(t, noticeContacts{locale: "en", email: secretEmail})
	f.out.broken["email"] = fmt.Errorf("421 try later, %s (%s)", secretEmail, secretPhone)
	f.out.broken["app"] = ErrUndeliverable
	_, err := f.Send(context.Background(), noticeOrder("email", taskNotice, refundNotice, taskNotice))
	require.Error(t, err)
	require.ErrorContains(t, err, "case lotus:r-1, step 4: notice refund.done: channel email does not answer: 421 try later")
	requireNoPerson(t, err.Error())
	require.Len(t, f.out.sent, 2)

	delete(f.out.broken, "email")
	receipt, err := f.Send(context.Background(), noticeOrder("email", taskNotice, refundNotice, taskNotice))
	require.NoError(t, err)
	require.Equal(t, schemas.NoticeReceipt{Sent: 3}, receipt)
	require.Len(t, f.out.sent, 3)
}

func TestSendingTwiceIsSendingOnce(t *testing.T) {
	f := newNoticeFixture(t, reachableEverywhere)
	for range 2 {
		receipt, err := f.Send(context.Background(), noticeOrder("app", refundNotice, taskNotice))
		require.NoError(t, err)
		require.Equal(t, 2, receipt.Sent)
	}
	require.Len(t, f.out.sent, 2)
}

func TestAnAddressBookThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	f := newNoticeFixture(t, noticeContacts{err: fmt.Errorf("query customers where email = %q: connection refused", secretEmail)})
	_, err := f.Send(context.Background(), noticeOrder("app", refundNotice, taskNotice))
	require.ErrorContains(t, err, "look up the customer")
	requireNoPerson(t, err.Error())
	require.Len(t, f.out.sent, 1, "the message to the agent has left")
}

func TestACancelledCallEnds(t *testing.T) {
	f := newNoticeFixture(t, reachableEverywhere)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	f.out.broken["app"] = context.Canceled
	_, err := f.Send(ctx, noticeOrder("app", refundNotice))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, []schemas.Channel{"app"}, f.out.tried)
}

func surveyOrder(caseID string) schemas.SurveyOrder {
	o := noticeOrder("app", schemas.Notice{Template: "survey.invite", To: noticeTo("c-1", schemas.RoleCustomer), Vars: map[string]string{"due": "2026-12-04T00:00:00Z"}})
	o.CaseID = caseID
	return schemas.SurveyOrder{NoticeOrder: o, QuietDays: 30}
}

func TestACustomerIsAskedOnceInThirtyDays(t *testing.T) {
	f := newNoticeFixture(t, reachableEverywhere)
	for range 2 { // the same case may run the call twice
		receipt, err := f.Invite(context.Background(), surveyOrder("lotus:r-1"))
		require.NoError(t, err)
		require.Equal(t, schemas.SurveyReceipt{Asked: true}, receipt)
	}
	require.Equal(t, 30, f.asks.quiet)
	receipt, err := f.Invite(context.Background(), surveyOrder("lotus:r-2"))
	require.NoError(t, err)
	require.Equal(t, schemas.SurveyReceipt{SkippedFor: "asked_recently"}, receipt)
	require.Len(t, f.out.sent, 1)
}

func TestASurveyThatReachesNobodyWasNotAsked(t *testing.T) {
	f := newNoticeFixture(t, noticeContacts{})
	f.out.broken["app"] = ErrUndeliverable
	receipt, err := f.Invite(context.Background(), surveyOrder("lotus:r-1"))
	require.NoError(t, err)
	require.Equal(t, schemas.SurveyReceipt{SkippedFor: "undelivered"}, receipt)

	f.out.broken["app"] = errors.New("down")
	_, err = f.Invite(context.Background(), surveyOrder("lotus:r-1"))
	require.ErrorContains(t, err, "channel app does not answer")

	f.asks.err = errors.New("down")
	_, err = f.Invite(context.Background(), surveyOrder("lotus:r-1"))
	require.ErrorContains(t, err, "last survey")
}
