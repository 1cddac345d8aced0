package main

import (
	"io"
	"testing"
	"time"

	"go.temporal.io/api/enums/v1"
)

func TestDefaultsAreLoopbackAndThirtyDays(t *testing.T) {
	opts, err := parseOptions([]string{"--db", "x.db", "--search-attribute", "Kind=Keyword", "--search-attribute", "Due=Datetime"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if opts.ip != "127.0.0.1" || opts.retention != 30*24*time.Hour || opts.namespace != "aftercare" || opts.uiPort != 0 {
		t.Errorf("defaults: %+v", opts)
	}
	if opts.attributes["Kind"] != enums.INDEXED_VALUE_TYPE_KEYWORD || opts.attributes["Due"] != enums.INDEXED_VALUE_TYPE_DATETIME {
		t.Errorf("search attributes: %v", opts.attributes)
	}
}

func TestFaultyCommandLinesAreRefused(t *testing.T) {
	for name, args := range map[string][]string{
		"no database":       {},
		"unknown type":      {"--db", "x", "--search-attribute", "Kind=Word"},
		"no type":           {"--db", "x", "--search-attribute", "Kind"},
		"two types":         {"--db", "x", "--search-attribute", "Kind=Int", "--search-attribute", "Kind=Text"},
		"not an address":    {"--db", "x", "--ip", "localhost"},
		"not a port":        {"--db", "x", "--port", "70000"},
		"too short a time":  {"--db", "x", "--retention", "1h"},
		"a stray argument":  {"--db", "x", "start"},
		"an empty name":     {"--db", "x", "--namespace", ""},
		"an unknown option": {"--db", "x", "--nonsense"},
	} {
		if _, err := parseOptions(args, io.Discard); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestDatabaseFileCarriesTheVersion(t *testing.T) {
	for file, want := range map[string]string{"data/temporal.db": "data/temporal-1.32.1.db", "plain": "plain-1.32.1"} {
		if got := versionedFile(file); got != want {
			t.Errorf("%s becomes %s, want %s", file, got, want)
		}
	}
}
