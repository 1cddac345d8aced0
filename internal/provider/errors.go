package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/aftercare/aftercare/schemas"
)

// Class says what a caller may do after a call that gave no usable answer.
type Class string

const (
	NeverRetry Class = "never_retry" // nothing happened, and the same call will never be taken
	RetryLater Class = "retry_later" // nothing happened; the same call may be taken after a while
	RetryNow   Class = "retry_now"   // nothing happened; the same call will be taken as soon as it is repeated
	Unknown    Class = "unknown"     // it may have happened; look it up by its key before anything else is done
)

// Codes of calls that failed. They stand beside the codes of package schemas and become Temporal error types, so they are
// wire names.
const (
	CodeKeyReused       schemas.Code = "key_reused"       // the key was used before with other parameters
	CodeUnknownPayment  schemas.Code = "unknown_payment"  // the provider has no such payment of this merchant and order
	CodeUndeliverable   schemas.Code = "undeliverable"    // no message can reach this address
	CodeNoAddress       schemas.Code = "no_address"       // no address for this channel; another channel may have one
	CodeUnserviceable   schemas.Code = "unserviceable"    // the carrier does not take this parcel
	CodeOutsideRejected schemas.Code = "rejected_outside" // the outside system calls the request wrong and says no more
	CodeBusy            schemas.Code = "busy"             // somebody else is working on the same key or record
)

// Error is a call to an outside system that gave no usable answer. Its text is read by ops and kept in Temporal's history:
// whoever makes one leaves names, addresses, cards and the customer's words out of it.
type Error struct {
	Class   Class
	Code    schemas.Code
	After   time.Duration // RetryLater: not sooner than this, where the other side said so; 0 leaves it to the caller
	Message string        // what happened, as a sentence
	Err     error         // what caused it; may be nil
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s (%s): %s: %v", e.Code, e.Class, e.Message, e.Err)
	}
	return fmt.Sprintf("%s (%s): %s", e.Code, e.Class, e.Message)
}

func (e *Error) Unwrap() error { return e.Err }

// Never makes an error of a call that will never be taken.
func Never(code schemas.Code, message string) *Error {
	return &Error{Class: NeverRetry, Code: code, Message: message}
}

// Classify says what may be done about err, whoever returned it. It returns nil for nil. An implementation that knows more
// than the bare error (an HTTP status, a code in the answer) returns an *Error of its own, which is taken at its word.
func Classify(err error) *Error {
	if err == nil {
		return nil
	}
	var known *Error
	if errors.As(err, &known) {
		return known
	}

	// Never retry: the answer is definite and would be the same again.
	var refusal *schemas.Refusal
	if errors.As(err, &refusal) {
		return &Error{Class: NeverRetry, Code: refusal.Code, Message: refusal.Message, Err: err}
	}

	// Retry later: the call never left, because nobody could be reached.
	var dial *net.OpError
	var name *net.DNSError
	switch {
	case errors.As(err, &name),
		errors.As(err, &dial) && dial.Op == "dial",
		errors.Is(err, syscall.ECONNREFUSED):
		return &Error{Class: RetryLater, Code: schemas.CodeUnavailable, Message: "the outside system could not be reached", Err: err}
	}

	// Retry now: no bare error can say so. Only an implementation knows that the other side took nothing and is ready
	// again (a deadlock it resolved, a stale pooled connection it had not written to), and returns an *Error itself.

	// Unknown outcome: the call was on its way when its time ran out, or the line broke before the answer came.
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled),
		errors.As(err, &timeout) && timeout.Timeout():
		return &Error{Class: Unknown, Code: schemas.CodeNoAnswer, Message: "no answer came in time", Err: err}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return &Error{Class: Unknown, Code: schemas.CodeNoAnswer, Message: "the connection broke before the answer came", Err: err}
	}

	// Nobody has classified this error, so it says nothing about what the other side did. Unknown costs one look-up;
	// any other guess may cost the money twice.
	return &Error{Class: Unknown, Code: schemas.CodeNoAnswer, Message: "an answer came that cannot be read", Err: err}
}
