package activities

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/aftercare/aftercare/internal/notice"
	"github.com/aftercare/aftercare/schemas"
)

// recipient is a person as far as a message needs to know them.
type recipient struct {
	name, locale string
	zone         *time.Location
	ways         []way
	secrets      []string // what must not get into logs and errors
}

// way is one channel and the address it needs.
type way struct {
	channel schemas.Channel
	address string
}

func (n *Notices) recipient(ctx context.Context, order schemas.NoticeOrder, to schemas.Actor) (recipient, error) {
	if to.Role != schemas.RoleCustomer {
		return recipient{locale: n.StaffLocale, zone: zoneOf(n.StaffZone, n.StaffLocale), ways: []way{{ChannelWorkApp, to.ID}}}, nil
	}
	c, err := n.Contacts.Contact(ctx, order.MerchantID, to.ID)
	r := recipient{name: c.Name, locale: c.Locale, ways: waysTo(order.Channel, to.ID, c.Email, c.Phone), secrets: []string{c.Name, c.Email, c.Phone}}
	if err != nil {
		return r, fmt.Errorf("look up the customer: %s", r.redact(err))
	}
	var own *time.Location
	if c.TimeZone != "" {
		// The import has checked the name; one that this machine does not know all the same must not keep a message back.
		if own, err = time.LoadLocation(c.TimeZone); err != nil {
			n.Log.Warn("a customer's time zone is not known here", zap.String("case_id", order.CaseID), zap.String("merchant_id", order.MerchantID))
			own = nil
		}
	}
	r.zone = zoneOf(own, c.Locale)
	return r, nil
}

// zoneOf is a person's own time zone, or the one people expect of the language.
func zoneOf(own *time.Location, locale string) *time.Location {
	if own != nil {
		return own
	}
	return notice.Zone(locale)
}

// waysTo lists the channels to a customer: the one the request came by, then the app, a text message, and e-mail, as far as there
// is an address. A request by phone is answered by text message.
func waysTo(origin schemas.Channel, customerID, email, phone string) []way {
	channels := []schemas.Channel{origin, "app", ChannelSMS, "email"}
	if origin == "phone" {
		channels[0] = ChannelSMS
	}
	var ways []way
	seen := map[schemas.Channel]bool{"": true}
	for _, c := range channels {
		address := customerID
		switch c {
		case ChannelSMS:
			address = phone
		case "email":
			address = email
		}
		if address != "" && !seen[c] {
			ways = append(ways, way{c, address})
		}
		seen[c] = true
	}
	return ways
}

// addressLike finds what looks like an e-mail address or a phone number: servers like to repeat them in their errors.
var addressLike = regexp.MustCompile(`[^\s<>"']+@[^\s<>"']+|\+?\d[\d ()-]{5,}\d`)

// redact writes an error without anything that leads to a person.
func (r recipient) redact(err error) string {
	s := err.Error()
	for _, secret := range r.secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "…")
		}
	}
	return addressLike.ReplaceAllString(s, "…")
}
