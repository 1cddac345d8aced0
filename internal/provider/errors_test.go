package provider_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/provider"
	"github.com/aftercare/aftercare/schemas"
)

func TestErrorsAreClassified(t *testing.T) {
	t.Parallel()
	later := &provider.Error{Class: provider.RetryLater, Code: provider.CodeBusy, After: time.Minute}
	for name, c := range map[string]struct {
		err   error
		class provider.Class
		code  schemas.Code
	}{
		"what an implementation says":        {fmt.Errorf("ask: %w", later), provider.RetryLater, provider.CodeBusy},
		"a refusal of ours":                  {&schemas.Refusal{Code: schemas.CodeBadAmount}, provider.NeverRetry, schemas.CodeBadAmount},
		"an unknown order":                   {fmt.Errorf("read: %w", provider.ErrUnknownOrder), provider.NeverRetry, schemas.CodeUnknownOrder},
		"nobody listens":                     {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, provider.RetryLater, schemas.CodeUnavailable},
		"dialling took too long":             {&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, provider.RetryLater, schemas.CodeUnavailable},
		"no such host":                       {&net.DNSError{Name: "pay.example", IsNotFound: true}, provider.RetryLater, schemas.CodeUnavailable},
		"our patience ended":                 {fmt.Errorf("ask: %w", context.DeadlineExceeded), provider.Unknown, schemas.CodeNoAnswer},
		"our worker stops":                   {context.Canceled, provider.Unknown, schemas.CodeNoAnswer},
		"reading took too long":              {&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, provider.Unknown, schemas.CodeNoAnswer},
		"the line broke while reading":       {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, provider.Unknown, schemas.CodeNoAnswer},
		"the line broke while writing":       {&net.OpError{Op: "write", Err: syscall.EPIPE}, provider.Unknown, schemas.CodeNoAnswer},
		"the answer was cut off":             {io.ErrUnexpectedEOF, provider.Unknown, schemas.CodeNoAnswer},
		"something nobody has thought about": {errors.New("teapot"), provider.Unknown, schemas.CodeNoAnswer},
	} {
		known := provider.Classify(c.err)
		require.Equal(t, c.class, known.Class, name)
		require.Equal(t, c.code, known.Code, name)
	}
	require.Nil(t, provider.Classify(nil))
}

// TestNumbersNeverChange pins the rule: were it to change, a refund under way would get a second number and be paid twice.
func TestNumbersNeverChange(t *testing.T) {
	t.Parallel()
	number := provider.Number("SBR", 32, "retail", "retail:train-000/refund/1")
	require.Equal(t, "SBR65AAMXAMO5E6L7OGHORAG7G4INKTG", number)
	require.Regexp(t, `^[A-Z0-9]{32}$`, number)
	require.NotEqual(t, number, provider.Number("SBR", 32, "retail", "retail:train-000/refund/2"))
	require.NotEqual(t, number, provider.Number("SBR", 32, "other", "retail:train-000/refund/1"))
	require.NotEqual(t, provider.Number("X", 32, "a", "b:c"), provider.Number("X", 32, "a:b", "c"))
	require.Len(t, provider.Number("SBR", 99, "m", "k"), len("SBR")+52, "a hash has no more digits")
}
