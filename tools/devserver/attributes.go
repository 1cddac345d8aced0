package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/server/common/searchattribute/sadefs"
)

// attributeTypes are the types a search attribute can have, by the name Temporal's own tools use.
var attributeTypes = map[string]enums.IndexedValueType{
	"Bool":        enums.INDEXED_VALUE_TYPE_BOOL,
	"Datetime":    enums.INDEXED_VALUE_TYPE_DATETIME,
	"Double":      enums.INDEXED_VALUE_TYPE_DOUBLE,
	"Int":         enums.INDEXED_VALUE_TYPE_INT,
	"Keyword":     enums.INDEXED_VALUE_TYPE_KEYWORD,
	"KeywordList": enums.INDEXED_VALUE_TYPE_KEYWORD_LIST,
	"Text":        enums.INDEXED_VALUE_TYPE_TEXT,
}

func attributeTypeNames() string {
	return strings.Join(slices.Sorted(maps.Keys(attributeTypes)), ", ")
}

// attributeFlag collects every --search-attribute Name=Type of a command line.
type attributeFlag map[string]enums.IndexedValueType

func (f attributeFlag) String() string { return "" }

func (f attributeFlag) Set(text string) error {
	name, typeName, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return fmt.Errorf("want Name=Type, for example AftercareKind=Keyword")
	}
	typ, ok := attributeTypes[typeName]
	if !ok {
		return fmt.Errorf("type %q is unknown, take one of %s", typeName, attributeTypeNames())
	}
	if before, ok := f[name]; ok && before != typ {
		return fmt.Errorf("search attribute %s is given twice with different types", name)
	}
	f[name] = typ
	return nil
}

// addAttributes puts the wanted search attributes into a namespace's table of aliases, which maps a column of the
// visibility store (Keyword01, Int02, …) to the name people use. It only ever adds: a column that already carries
// data under a name keeps it. It reports whether anything was added.
//
// Names are taken in order, and the lowest free column first, so that the same command line gives the same table.
func addAttributes(aliases map[string]string, wanted map[string]enums.IndexedValueType) (bool, error) {
	columns := sadefs.GetDBIndexSearchAttributes(nil).CustomSearchAttributes
	columnOf := make(map[string]string, len(aliases))
	for column, name := range aliases {
		columnOf[name] = column
	}
	added := false
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if column, ok := columnOf[name]; ok {
			if columns[column] != wanted[name] {
				return false, fmt.Errorf("search attribute %s is already there as %s, and %s is wanted: give it another name, or start with a new database file",
					name, columns[column], wanted[name])
			}
			continue
		}
		column, err := freeColumn(columns, aliases, wanted[name])
		if err != nil {
			return false, fmt.Errorf("search attribute %s: %w", name, err)
		}
		aliases[column] = name
		added = true
	}
	return added, nil
}

func freeColumn(columns map[string]enums.IndexedValueType, aliases map[string]string, typ enums.IndexedValueType) (string, error) {
	used := 0
	for _, column := range slices.Sorted(maps.Keys(columns)) {
		if columns[column] != typ {
			continue
		}
		if aliases[column] == "" {
			return column, nil
		}
		used++
	}
	return "", fmt.Errorf("all %d columns for %s are taken: a SQL visibility store has no more of that type", used, typ)
}
