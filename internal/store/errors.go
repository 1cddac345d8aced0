package store

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Unavailable reports whether err is trouble with reaching the database or with its load, so that the same call may be
// repeated later: every method here is safe to repeat.
func Unavailable(err error) bool {
	if err == nil {
		return false
	}
	var answered *pgconn.PgError
	if errors.As(err, &answered) {
		switch {
		case strings.HasPrefix(answered.Code, "08"): // connection exception
			return true
		case strings.HasPrefix(answered.Code, "53"): // insufficient resources: connections, memory, disk
			return true
		case strings.HasPrefix(answered.Code, "57"): // shut down, starting up, cancelled by a timeout
			return true
		case answered.Code == "40001", answered.Code == "40P01", answered.Code == "55P03": // serialization, deadlock, lock timeout
			return true
		case answered.Code == "25006": // read-only: a standby answered while the primary was changing
			return true
		}
		return false
	}
	var connecting *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connecting) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "conn closed")
}

// CannotKeep reports whether err is the database's answer to values that it can never keep, whenever they come: repeating the call
// does not help, and other rows are not concerned.
func CannotKeep(err error) bool {
	var answered *pgconn.PgError
	if !errors.As(err, &answered) {
		return false
	}
	switch answered.Code[:2] {
	case "22", "23", "54": // data exception, broken constraint, more than an index or a row can hold
		return true
	}
	return false
}

// violated returns the name of the constraint that err broke, or "".
func violated(err error) string {
	var answered *pgconn.PgError
	if errors.As(err, &answered) && strings.HasPrefix(answered.Code, "23") {
		return answered.ConstraintName
	}
	return ""
}
