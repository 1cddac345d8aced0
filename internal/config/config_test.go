package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/internal/config"
)

func settings(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := values[name]; return v, ok }
}

func TestEveryFaultySettingIsToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := config.Read(settings(map[string]string{
		"DATABASE_URL": "mysql://root:secret@db/shop", "AFTERCARE_DEV_POLICIES": "perhaps", "AFTERCARE_ZONE": "Mars/Base",
		"AFTERCARE_LOG_LEVEL": "loud", "AFTERCARE_LOG_FORMAT": "xml", "AFTERCARE_STAFF_LOCALE": "fr", "AFTERCARE_CALLS_AT_ONCE": "none",
	}))
	require.Error(t, err)
	for _, name := range []string{"DATABASE_URL", "AFTERCARE_DEV_POLICIES", "AFTERCARE_ZONE", "AFTERCARE_LOG_LEVEL", "AFTERCARE_LOG_FORMAT", "AFTERCARE_STAFF_LOCALE", "AFTERCARE_CALLS_AT_ONCE"} {
		require.ErrorContains(t, err, name)
	}
	require.NotContains(t, err.Error(), "secret", "a password is not repeated")
}

func TestTheDatabaseAloneIsEnough(t *testing.T) {
	t.Parallel()
	c, err := config.Read(settings(map[string]string{"DATABASE_URL": "postgres://a:b@127.0.0.1:5432/aftercare"}))
	require.NoError(t, err)
	require.Equal(t, c.DatabaseURL, c.SandboxURL)
	require.False(t, c.DevPolicies, "a production worker never takes the demo policy")
	require.Equal(t, "Asia/Shanghai", c.Zone.String())
	require.Equal(t, 100, c.CallsAtOnce)
}
