package schemas

import (
	"fmt"
	"slices"
	"time"
)

// MarkUnreachable says that a customer cannot be reached. It needs three attempts or more, on two channels or more, spread over the time
// the policy asks for (unreachable.span), all of them after the customer was last heard of.
type MarkUnreachable struct {
	Attempts []Attempt `json:"attempts"`
	TextID   string    `json:"text_id,omitempty"`
}

// Attempt is one try to reach a customer.
type Attempt struct {
	Channel Channel   `json:"channel"` // phone, email, sms, …
	At      time.Time `json:"at"`
}

// Unreachable is a customer who cannot be reached, from when and by whose word.
type Unreachable struct {
	Since    time.Time `json:"since"`
	By       Actor     `json:"by"`
	Attempts []Attempt `json:"attempts"`
	// Over marks that the last notice has run out: what needed the customer has had its end.
	Over bool `json:"over,omitempty"`
}

// The least that is called an effort to reach somebody.
const (
	LeastAttempts = 3
	LeastChannels = 2
)

// Check wants enough attempts on enough channels. Whether they are spread over enough time is judged by the case, which has the policy.
func (m MarkUnreachable) Check() *Refusal {
	var channels []Channel
	for i, a := range m.Attempts {
		field := fmt.Sprintf("attempts[%d]", i)
		switch {
		case !isCodeWord(string(a.Channel)):
			return &Refusal{Code: CodeBadValue, Field: field + ".channel", Message: "say by which channel, such as phone, email, sms or app."}
		case a.At.IsZero():
			return missing(field+".at", "say when it was tried.")
		}
		if !slices.Contains(channels, a.Channel) {
			channels = append(channels, a.Channel)
		}
	}
	switch {
	case len(m.Attempts) < LeastAttempts:
		return &Refusal{Code: CodeBadValue, Field: "attempts", Message: fmt.Sprintf("%d attempts are too few; try at least %d times before a customer counts as unreachable.", len(m.Attempts), LeastAttempts)}
	case len(m.Attempts) > 100:
		return &Refusal{Code: CodeTooLarge, Field: "attempts", Message: "at most 100 attempts are taken."}
	case len(channels) < LeastChannels:
		return &Refusal{Code: CodeBadValue, Field: "attempts", Message: fmt.Sprintf("try at least %d channels; all of these went by %s.", LeastChannels, channels[0])}
	}
	return checkTextID(m.TextID)
}

// Span is the time between the first attempt and the last.
func (m MarkUnreachable) Span() time.Duration {
	var first, last time.Time
	for i, a := range m.Attempts {
		if i == 0 || a.At.Before(first) {
			first = a.At
		}
		if i == 0 || a.At.After(last) {
			last = a.At
		}
	}
	return last.Sub(first)
}
