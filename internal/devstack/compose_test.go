package devstack

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/require"

	"github.com/aftercare/aftercare/schemas"
)

// composeFile is the part of docker-compose.yml that these tests look at.
type composeFile struct {
	Services map[string]struct {
		Image       string
		Build       string
		Ports       []string
		Environment map[string]string
		Command     any
		DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
		Healthcheck *struct{ Test []string }
	}
	Configs map[string]struct{ Content string }
}

func readRepoFile(t *testing.T, name string) []byte {
	t.Helper()
	working, err := os.Getwd()
	require.NoError(t, err)
	root, err := checkoutAbove(working)
	require.NoError(t, err)
	content, err := os.ReadFile(filepath.Join(root, name))
	require.NoError(t, err)
	return content
}

func readCompose(t *testing.T) composeFile {
	t.Helper()
	var compose composeFile
	require.NoError(t, yaml.Unmarshal(readRepoFile(t, "docker-compose.yml"), &compose))
	return compose
}

func TestComposeOpensPortsOnLoopbackOnly(t *testing.T) {
	ports := 0
	for name, service := range readCompose(t).Services {
		for _, port := range service.Ports {
			require.Regexp(t, `^127\.0\.0\.1:\d+:\d+$`, port, name)
			ports++
		}
	}
	require.Equal(t, 3, ports)
}

func TestComposePinsOfficialImages(t *testing.T) {
	official := regexp.MustCompile(`^(postgres|temporalio/(server|admin-tools|ui)):\d+(\.\d+)+$`)
	for name, service := range readCompose(t).Services {
		if service.Build != "" {
			continue
		}
		require.Regexp(t, official, service.Image, name)
	}
	require.Equal(t, dockerImage, readCompose(t).Services["postgres"].Image)
}

// The image must be the server that tests and `starter dev` run on.
func TestComposeRunsThePinnedVersions(t *testing.T) {
	goMod := string(readRepoFile(t, "tools/devserver/go.mod"))
	services := readCompose(t).Services
	for service, module := range map[string]string{
		"temporal": "go.temporal.io/server", "temporal-schema": "go.temporal.io/server",
		"temporal-namespace": "go.temporal.io/server", "temporal-ui": "github.com/temporalio/ui-server/v2",
	} {
		_, version, _ := strings.Cut(services[service].Image, ":")
		require.Contains(t, goMod, module+" v"+version, service)
	}
}

func TestComposeStartsInOrder(t *testing.T) {
	services := readCompose(t).Services
	for _, edge := range []struct{ service, needs, condition string }{
		{"temporal-schema", "postgres", "service_healthy"},
		{"temporal", "temporal-schema", "service_completed_successfully"},
		{"temporal-namespace", "temporal", "service_healthy"},
		{"temporal-ui", "temporal", "service_healthy"},
		{"migrate", "postgres", "service_healthy"},
		{"worker", "migrate", "service_completed_successfully"},
		{"worker", "temporal-namespace", "service_completed_successfully"},
		{"starter", "migrate", "service_completed_successfully"},
		{"starter", "temporal-namespace", "service_completed_successfully"},
	} {
		require.Equal(t, edge.condition, services[edge.service].DependsOn[edge.needs].Condition, "%s needs %s", edge.service, edge.needs)
		if edge.condition == "service_healthy" {
			require.NotNil(t, services[edge.needs].Healthcheck, "%s has no health check", edge.needs)
		}
	}
}

func TestComposeUsesDocumentedVariables(t *testing.T) {
	documented := map[string][]string{
		"postgres":           {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"},
		"temporal-schema":    {"SQL_PLUGIN", "SQL_HOST", "SQL_PORT", "SQL_USER", "SQL_PASSWORD"},
		"temporal":           {"DB", "DB_PORT", "DBNAME", "VISIBILITY_DBNAME", "POSTGRES_SEEDS", "POSTGRES_USER", "POSTGRES_PWD", "BIND_ON_IP", "DYNAMIC_CONFIG_FILE_PATH"},
		"temporal-namespace": {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE"},
		"temporal-ui":        {"TEMPORAL_ADDRESS", "TEMPORAL_DEFAULT_NAMESPACE", "TEMPORAL_CORS_ORIGINS", "TEMPORAL_CSRF_COOKIE_INSECURE"},
	}
	services := readCompose(t).Services
	for name, variables := range documented {
		var got []string
		for variable := range services[name].Environment {
			got = append(got, variable)
		}
		require.ElementsMatch(t, variables, got, name)
	}
}

// A search attribute of another type would stop every case at its first step.
func TestComposeMakesTheSearchAttributes(t *testing.T) {
	var want []string
	for _, a := range schemas.SearchAttributes {
		want = append(want, a.Name+"="+string(a.Type))
	}
	script := fmt.Sprint(readCompose(t).Services["temporal-namespace"].Command)
	require.ElementsMatch(t, want, regexp.MustCompile(`Aftercare\w+=\w+`).FindAllString(script, -1))
}

// The three ways to run a server must not drift apart in what they switch on.
func TestComposeAndCLIHaveTheSameServerSettings(t *testing.T) {
	var settings map[string][]struct{ Value any }
	require.NoError(t, yaml.Unmarshal([]byte(readCompose(t).Configs["temporal-settings"].Content), &settings))
	require.Len(t, settings, len(cliSettings))
	devserver := string(readRepoFile(t, "tools/devserver/dynamicconfig.go"))
	for _, setting := range cliSettings {
		name, _, _ := strings.Cut(setting, "=")
		require.Contains(t, settings, name)
		_, short, _ := strings.Cut(name, ".")
		require.Contains(t, strings.ToLower(devserver), strings.ToLower(short)+".key()", name)
	}
}
