package notice

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// The text-message form of a notice. It is read on a locked screen and by whoever holds the phone, so it says what happened,
// who acts, until when, and which case to look at, and nothing about money or people.

// signature is the room that gateways in China take for the sender's name in 【】, which every text message must carry there.
const signature = 10

// The longest values a text message has to leave room for. An id may be longer than is likely, up to what schemas.ValidID allows; such a
// message is sent in a segment more rather than with a part of the id.
const (
	likelyCaseID   = 32
	likelyMerchant = 12
	likelyNumber   = 20 // of an order or a parcel
)

// readShort reads the text-message form of a customer's message and checks it.
func readShort(h head, t schemas.NoticeTemplate, w words) (*template.Template, error) {
	switch {
	case ForStaff(t.ID) && h.sms != "":
		return nil, errors.New("messages to staff go to the work app only and have no line SMS")
	case ForStaff(t.ID):
		return nil, nil
	case h.sms == "":
		return nil, errors.New("the second line must be: SMS: …, the text message")
	}
	short, err := template.New("sms").Option("missingkey=error").Parse(h.sms)
	if err != nil {
		return nil, err
	}
	return short, w.checkShort(short, t, h.unused)
}

// checkShort holds a text message to its rules: what it may name, what it must name, and how long it may become.
func (w words) checkShort(short *template.Template, t schemas.NoticeTemplate, unused []string) error {
	used, parts := map[string]bool{}, map[string]bool{}
	if err := walk(short, short.Root, used, parts); err != nil {
		return fmt.Errorf("SMS: %w", err)
	}
	var faults []error
	longest := map[string]string{}
	for v := range used {
		value, ok := w.longest(v)
		switch {
		case !slices.Contains(slices.Concat(t.Vars, common), v) && v != nameOfCustomer:
			faults = append(faults, fmt.Errorf("SMS: {{.%s}} is not a variable of this template", v))
		case !ok:
			faults = append(faults, fmt.Errorf("SMS: {{.%s}} may not stand in a text message: it holds money, a person's name, or text of any length", v))
		}
		longest[v] = value
	}
	for _, v := range []string{"case_id", "due"} {
		if !used[v] && (v == "case_id" || slices.Contains(t.Vars, v)) && !slices.Contains(unused, v) {
			faults = append(faults, fmt.Errorf("SMS: {{.%s}} is missing; a text message says which case to look at, and until when", v))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	if err := w.fits(short, longest); err != nil || !used["label"] {
		return err
	}
	longest["label"] = "" // a message reads otherwise where there is none
	return w.fits(short, longest)
}

func (w words) fits(short *template.Template, longest map[string]string) error {
	text, err := fill(short, longest)
	if err != nil {
		return fmt.Errorf("SMS: %w", err)
	}
	if n := segments(text, w.signature()); n > maxSegments {
		return fmt.Errorf("SMS: with the longest likely values it takes %d segments; %d are allowed: %s", n, maxSegments, text)
	}
	return nil
}

func (w words) signature() int {
	if w.chinese() {
		return signature
	}
	return 0
}

// longest is the longest likely value of a variable that may stand in a text message. For one that may not, it says false.
func (w words) longest(name string) (string, bool) {
	switch name {
	case "case_id", "holder", "successor", "predecessor":
		return strings.Repeat("M", likelyCaseID), true
	case "merchant_id":
		return strings.Repeat("M", likelyMerchant), true
	case "order_id", "waybill", "label":
		return strings.Repeat("M", likelyNumber), true
	case "due", "from", "expected":
		value, err := w.time("2026-09-30T23:59:00Z", time.FixedZone("", -12*60*60))
		return value, err == nil
	case "lines":
		return w.lines("1*10,2*10", Titles{"1": strings.Repeat("M", 100)}, textMessage), true
	case "decision", "finding", "freight", "outcome", "reason", "status", "waiting", "what", "why":
		return slices.MaxFunc(append(slices.Collect(maps.Values(w.codes[name])), ""), func(a, b string) int { return len([]rune(a)) - len([]rune(b)) }), true
	}
	return "", false
}
