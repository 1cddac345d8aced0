package provider

import (
	"context"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Notices delivers one message to one person by one channel. Which channel comes next is the caller's business.
type Notices interface {
	// Deliver hands a message over. A key is delivered once, whatever channel it went by; repeating it is no error. One with
	// a time in NotBefore is taken at once and reaches the person then; nobody asks a second time. A channel without a
	// schedule of its own keeps the message on our side of it.
	// Errors: no_address (never retry by this channel), undeliverable (the address is not one), key_reused (the key was
	// used for another person or template), and whatever Classify says of a call without an answer.
	Deliver(ctx context.Context, m Message) error
}

// Message is one written message. It holds personal data and therefore lives only between the look-up of the address and
// the hand-over; it never enters a workflow or a log.
type Message struct {
	Key        string // case/notice/step, with the template and the person where a step has several
	MerchantID string
	CaseID     string
	To         schemas.Actor
	Channel    schemas.Channel
	Address    string // of that channel: an e-mail address, a phone number, a user id
	Template   string
	Locale     string // BCP 47: "en", "zh-CN"
	Subject    string
	Body       string
	At         time.Time // business time of the step
	NotBefore  time.Time // business time before which it may not reach the person; zero: at once
}
