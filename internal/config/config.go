// Package config reads the settings of the two programs, once, and tells every fault at once.
//
// Where Temporal is comes from Temporal's own variables and profile file (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE,
// TEMPORAL_PROFILE, …), which the SDK reads by itself; everything else is here.
package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is every setting of Aftercare's own.
type Config struct {
	// DatabaseURL is Aftercare's own database: postgres://user:password@host:port/name (DATABASE_URL; required).
	DatabaseURL string
	// SandboxURL is where the sandboxes of the outside systems keep their books (AFTERCARE_SANDBOX_URL; default: the same
	// database, in a schema and with connections of their own).
	SandboxURL string
	// DevPolicies lets cases take policies that only a dev stack accepts, such as demo (AFTERCARE_DEV_POLICIES; default false).
	DevPolicies bool
	// PolicyDir holds policies, packs and calendars beside the ones built in; what has the same name stands before it, and changes
	// are taken over while the worker runs (AFTERCARE_POLICY_DIR; default: built in alone).
	PolicyDir string
	// StaffLocale is the language of messages to staff, zh-CN or en (AFTERCARE_STAFF_LOCALE; default zh-CN).
	StaffLocale string
	// Zone is the time zone in which messages to staff show times (AFTERCARE_ZONE; default Asia/Shanghai).
	Zone *time.Location
	// CallsAtOnce is how many calls to one outside system a worker has under way at the same moment; what is more waits in Temporal, urgent
	// cases first and every merchant in turn (AFTERCARE_CALLS_AT_ONCE; default 100).
	CallsAtOnce int
	// LogLevel is debug, info, warn or error (AFTERCARE_LOG_LEVEL; default info).
	LogLevel string
	// LogFormat is json or console (AFTERCARE_LOG_FORMAT; default json).
	LogFormat string
}

// Read reads the settings by a look-up such as os.LookupEnv. The error names every fault.
func Read(lookup func(string) (string, bool)) (Config, error) {
	get := func(name, otherwise string) string {
		if v, ok := lookup(name); ok && v != "" {
			return v
		}
		return otherwise
	}
	var faults []error
	c := Config{
		DatabaseURL: get("DATABASE_URL", ""),
		PolicyDir:   get("AFTERCARE_POLICY_DIR", ""),
		StaffLocale: get("AFTERCARE_STAFF_LOCALE", "zh-CN"),
		LogLevel:    get("AFTERCARE_LOG_LEVEL", "info"),
		LogFormat:   get("AFTERCARE_LOG_FORMAT", "json"),
	}
	c.SandboxURL = get("AFTERCARE_SANDBOX_URL", c.DatabaseURL)
	if c.DatabaseURL == "" {
		faults = append(faults, errors.New("DATABASE_URL is not set: give postgres://user:password@host:port/name, or start everything with `go run ./starter dev`"))
	} else if u, err := url.Parse(c.DatabaseURL); err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		// The value itself may hold a password and is not repeated.
		faults = append(faults, errors.New("DATABASE_URL cannot be read: give postgres://user:password@host:port/name"))
	}
	switch v := get("AFTERCARE_DEV_POLICIES", "false"); v {
	case "true", "1":
		c.DevPolicies = true
	case "false", "0":
	default:
		faults = append(faults, fmt.Errorf("AFTERCARE_DEV_POLICIES is %q: use true or false", v))
	}
	if !slices.Contains([]string{"zh-CN", "en"}, c.StaffLocale) {
		faults = append(faults, fmt.Errorf("AFTERCARE_STAFF_LOCALE is %q: use zh-CN or en", c.StaffLocale))
	}
	zone, err := time.LoadLocation(get("AFTERCARE_ZONE", "Asia/Shanghai"))
	if err != nil {
		faults = append(faults, fmt.Errorf("AFTERCARE_ZONE: %w: use a name such as Asia/Shanghai", err))
	}
	c.Zone = zone
	if c.CallsAtOnce, err = strconv.Atoi(get("AFTERCARE_CALLS_AT_ONCE", "100")); err != nil || c.CallsAtOnce < 1 {
		faults = append(faults, fmt.Errorf("AFTERCARE_CALLS_AT_ONCE is %q: use a whole number from 1", get("AFTERCARE_CALLS_AT_ONCE", "")))
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.LogLevel) {
		faults = append(faults, fmt.Errorf("AFTERCARE_LOG_LEVEL is %q: use debug, info, warn or error", c.LogLevel))
	}
	if !slices.Contains([]string{"json", "console"}, c.LogFormat) {
		faults = append(faults, fmt.Errorf("AFTERCARE_LOG_FORMAT is %q: use json or console", c.LogFormat))
	}
	return c, errors.Join(faults...)
}
