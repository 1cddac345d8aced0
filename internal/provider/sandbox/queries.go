package sandbox

import "embed"

//go:embed queries/*.sql
var queries embed.FS

// query returns the text of queries/<name>.sql. It is called for package variables only, so that a missing file stops the
// program at its start; a test prepares every file on the migrated schema.
func query(name string) string {
	text, err := queries.ReadFile("queries/" + name + ".sql")
	if err != nil {
		panic("sandbox: " + err.Error())
	}
	return string(text)
}
