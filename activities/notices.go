package activities

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/notice"
	"github.com/aftercare/aftercare/schemas"
)

// Notices sends what a case has to tell: to its customer, and to the people who work on it.
//
// Names and addresses are looked up here, at the last moment, so that they never travel through a workflow. They are in no log
// line, no error and no receipt either: errors end in Temporal's history, which nobody can erase.
type Notices struct {
	Texts    *notice.Catalogue
	Contacts Contacts
	Goods    Goods
	Deliver  Deliverer
	Surveys  SurveyLog
	Log      *zap.Logger

	// StaffLocale and StaffZone are the language and the time zone of messages to staff. A nil zone is the one people expect of
	// the language.
	StaffLocale string
	StaffZone   *time.Location

	// Quiet are the hours in which no channel that interrupts a customer is used. The zero value knows none.
	Quiet QuietHours
}

// Contacts knows how to reach a customer. What is not known is empty; an error means that the question could not be answered
// now, and is asked again.
type Contacts interface {
	Contact(ctx context.Context, merchantID, customerID string) (Contact, error)
}

// Contact is what a message needs to know of a customer.
type Contact struct {
	Name     string
	Locale   string
	TimeZone string // such as Europe/Berlin; empty: the one people expect of the language
	Email    string
	Phone    string
}

// Goods knows what the shop calls the articles of an order, by line id. What it does not know is absent.
type Goods interface {
	Titles(ctx context.Context, merchantID, orderID string) (map[string]string, error)
}

// Deliverer hands one message to one channel. The same Key twice is one message, over whatever channel: it answers nil the
// second time and sends nothing. An error that wraps ErrUndeliverable is final for this channel; any other one may pass.
type Deliverer interface {
	Deliver(ctx context.Context, d Delivery) error
}

// ErrUndeliverable says that a channel cannot reach this person, however often it is tried.
var ErrUndeliverable = errors.New("this channel cannot reach the person")

// Delivery is one message on its way out.
type Delivery struct {
	Key        string // case/notice/step/index
	MerchantID string
	CaseID     string
	To         schemas.Actor
	Channel    schemas.Channel
	Template   string
	Locale     string
	Subject    string
	Body       string
	Address    string // an e-mail address, a phone number, or the opaque id for a channel of our own
	At         time.Time
	NotBefore  time.Time // it may not reach the person before; zero: at once
}

// Channels that a message can leave by and no request comes in by.
const (
	ChannelSMS     schemas.Channel = "sms"
	ChannelWorkApp schemas.Channel = "work_app" // where staff see their work
)

// SurveyLog remembers who was asked when.
type SurveyLog interface {
	// SurveyAsked reports whether another case asked this customer within the quiet days before at. Where none did, it records
	// that this case asks now; asked again for the same case, it gives the same answer.
	SurveyAsked(ctx context.Context, merchantID, customerID, caseID string, at time.Time, quietDays int) (asked bool, err error)
}

// Why a survey was not sent.
const (
	SkippedAskedRecently = "asked_recently"
	SkippedUndelivered   = "undelivered"
)

// Send delivers every message of one step of a case. It is safe to run twice, because each message has a key of its own that
// the deliverer knows again. A message that no channel can deliver is named in the receipt; one that could not be delivered
// for now makes the whole call fail, after the others were sent, and the call is repeated.
func (n *Notices) Send(ctx context.Context, order schemas.NoticeOrder) (schemas.NoticeReceipt, error) {
	var receipt schemas.NoticeReceipt
	var later []error
	titles := n.titles(ctx, order)
	for i, message := range order.Messages {
		reached, err := n.send(ctx, order, i, message, titles)
		switch {
		case err != nil:
			later = append(later, fmt.Errorf("notice %s: %w", message.Template, err))
		case reached:
			receipt.Sent++
		default:
			receipt.Undelivered = append(receipt.Undelivered, message.Template)
		}
	}
	if err := errors.Join(later...); err != nil {
		return schemas.NoticeReceipt{}, fmt.Errorf("case %s, step %s: %w", order.CaseID, order.Step, err)
	}
	return receipt, nil
}

// Invite sends a survey unless the customer was asked lately, by this merchant, about anything. It is safe to run twice: the log
// of surveys knows that it was this case that asked.
func (n *Notices) Invite(ctx context.Context, order schemas.SurveyOrder) (schemas.SurveyReceipt, error) {
	asked, err := n.Surveys.SurveyAsked(ctx, order.MerchantID, order.CustomerID, order.CaseID, order.At, order.QuietDays)
	if err != nil {
		return schemas.SurveyReceipt{}, fmt.Errorf("case %s: look up the customer's last survey: %w", order.CaseID, err)
	}
	if asked {
		return schemas.SurveyReceipt{SkippedFor: SkippedAskedRecently}, nil
	}
	receipt, err := n.Send(ctx, order.NoticeOrder)
	if err != nil {
		return schemas.SurveyReceipt{}, err
	}
	if receipt.Sent == 0 {
		return schemas.SurveyReceipt{SkippedFor: SkippedUndelivered}, nil
	}
	return schemas.SurveyReceipt{Asked: true}, nil
}

// send writes and delivers one message. It answers false without an error where no channel reaches the person, or where the
// message cannot be written: repeating would change neither, so that a person is told instead.
func (n *Notices) send(ctx context.Context, order schemas.NoticeOrder, index int, message schemas.Notice, titles notice.Titles) (reached bool, err error) {
	to, err := n.recipient(ctx, order, message.To)
	if err != nil {
		return false, err
	}
	log := n.Log.With(zap.String("case_id", order.CaseID), zap.String("merchant_id", order.MerchantID), zap.String("step", order.Step), zap.String("template", message.Template))
	vars := map[string]string{"merchant_id": order.MerchantID, "order_id": order.OrderID, "case_id": order.CaseID, "name": to.name}
	for name, value := range message.Vars {
		vars[name] = value
	}
	text, err := n.Texts.Render(message.Template, to.locale, to.zone, vars, titles)
	if err != nil {
		log.Error("a notice cannot be written", zap.Error(err)) // Render names the variable and never its value
		return false, nil
	}
	if len(to.ways) == 0 {
		log.Warn("a notice has nowhere to go")
		return false, nil
	}
	delivery := Delivery{
		Key:        fmt.Sprintf("%s/notice/%s/%d", order.CaseID, order.Step, index),
		MerchantID: order.MerchantID, CaseID: order.CaseID, To: message.To, Template: message.Template,
		Locale: notice.Locale(to.locale), Subject: text.Subject, Body: text.Body, At: order.At,
	}
	wanted := 1
	if schemas.SentTwoWays(message.Template) {
		wanted = 2
	}
	return n.try(ctx, log, to, wanted, func(w way, nth int) Delivery {
		d := delivery
		if nth > 0 {
			d.Key += "/again"
		}
		d.Channel, d.Address, d.NotBefore = w.channel, w.address, n.notBefore(order, message, w.channel, to.zone)
		if w.channel == ChannelSMS {
			d.Subject, d.Body = "", text.Short
		}
		return d
	})
}

// titles looks up what the goods are called, in one query a step. Where nobody can say, the messages leave with the numbers of
// the order's lines: a customer waits for no name.
func (n *Notices) titles(ctx context.Context, order schemas.NoticeOrder) notice.Titles {
	if n.Goods == nil || !slices.ContainsFunc(order.Messages, func(m schemas.Notice) bool { return m.Vars["lines"] != "" }) {
		return nil
	}
	titles, err := n.Goods.Titles(ctx, order.MerchantID, order.OrderID)
	if err != nil {
		n.Log.Warn("the names of the goods are not known now", zap.String("case_id", order.CaseID), zap.String("merchant_id", order.MerchantID), zap.String("step", order.Step), zap.Error(err))
	}
	return titles
}

// try goes through the ways to a person until as many have worked as are wanted. One is enough to have reached them.
func (n *Notices) try(ctx context.Context, log *zap.Logger, to recipient, wanted int, write func(w way, nth int) Delivery) (reached bool, err error) {
	var later error
	worked := 0
	for _, way := range to.ways {
		cause := n.Deliver.Deliver(ctx, write(way, worked))
		switch {
		case cause == nil:
			if worked++; worked == wanted {
				return true, nil
			}
			continue
		case ctx.Err() != nil:
			return false, ctx.Err()
		case errors.Is(cause, ErrUndeliverable):
		default:
			later = fmt.Errorf("channel %s does not answer: %s", way.channel, to.redact(cause))
		}
		log.Warn("a channel did not deliver", zap.String("channel", string(way.channel)), zap.String("cause", to.redact(cause)))
	}
	if worked > 0 {
		return true, nil
	}
	return false, later
}
