package store

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

//go:embed queries/titles_of_order.sql
var titlesOfOrder string

// Titles returns what the shop calls the article of each line of an order, by line id: its name and its options. It is the name the
// customer bought it by, or where the order has none, the catalogue's. A line that has neither is absent, and so is an order
// that is not known.
func (s *Store) Titles(ctx context.Context, merchant, order string) (map[string]string, error) {
	rows, err := s.pool.Query(ctx, titlesOfOrder, merchant, order)
	if err != nil {
		return nil, fmt.Errorf("read the titles of order %s: %w", order, err)
	}
	titles := map[string]string{}
	var line, name string
	var options map[string]string
	_, err = pgx.ForEachRow(rows, []any{&line, &name, &options}, func() error {
		if name != "" {
			titles[line] = titleOf(name, options)
		}
		options = nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the titles of order %s: %w", order, err)
	}
	return titles, nil
}

// titleOf puts the options behind the name, in the order of what they are called, so that a title never changes by chance.
func titleOf(name string, options map[string]string) string {
	words := []string{name}
	for _, option := range slices.Sorted(maps.Keys(options)) {
		words = append(words, options[option])
	}
	return strings.Join(words, " ")
}
