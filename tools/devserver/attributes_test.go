package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"go.temporal.io/api/enums/v1"
)

func TestMissingAttributesAreAddedAndOthersKeepTheirColumn(t *testing.T) {
	aliases := map[string]string{}
	first := map[string]enums.IndexedValueType{"Kind": enums.INDEXED_VALUE_TYPE_KEYWORD, "Turn": enums.INDEXED_VALUE_TYPE_KEYWORD}
	if added, err := addAttributes(aliases, first); err != nil || !added {
		t.Fatal(added, err)
	}
	before := maps.Clone(aliases)
	more := map[string]enums.IndexedValueType{"Apple": enums.INDEXED_VALUE_TYPE_KEYWORD, "Kind": enums.INDEXED_VALUE_TYPE_KEYWORD, "Due": enums.INDEXED_VALUE_TYPE_DATETIME}
	if added, err := addAttributes(aliases, more); err != nil || !added {
		t.Fatal(added, err)
	}
	for column, name := range before {
		if aliases[column] != name {
			t.Errorf("%s moved away from %s", name, column)
		}
	}
	if len(aliases) != 4 {
		t.Errorf("aliases: %v", aliases)
	}
	if added, err := addAttributes(aliases, more); err != nil || added {
		t.Error("asking again changed something", added, err)
	}
}

func TestAnAttributeCannotChangeItsType(t *testing.T) {
	aliases := map[string]string{"Keyword01": "Kind"}
	_, err := addAttributes(aliases, map[string]enums.IndexedValueType{"Kind": enums.INDEXED_VALUE_TYPE_INT})
	if err == nil || !strings.Contains(err.Error(), "already there as Keyword") {
		t.Error(err)
	}
}

func TestColumnsOfATypeCanRunOut(t *testing.T) {
	wanted := map[string]enums.IndexedValueType{}
	for i := range 11 {
		wanted[fmt.Sprintf("Word%02d", i)] = enums.INDEXED_VALUE_TYPE_KEYWORD
	}
	if _, err := addAttributes(map[string]string{}, wanted); err == nil || !strings.Contains(err.Error(), "all 10 columns") {
		t.Error(err)
	}
}
