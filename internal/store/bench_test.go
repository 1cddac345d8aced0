package store_test

import (
	"fmt"
	"testing"

	"github.com/aftercare/aftercare/internal/store/storetest"
)

func BenchmarkIntake(b *testing.B) {
	s := storetest.New(b)
	for i := 0; b.Loop(); i++ {
		o := anOrder()
		o.OrderID = fmt.Sprintf("O-%d", i)
		in := asks(fmt.Sprintf("R%d", i), o, wish("1", 2), wish("2", 1))
		in.Order.Request.OrderID = o.OrderID
		accept(b, s, in)
	}
}

func BenchmarkFlush(b *testing.B) {
	s := storetest.New(b)
	for i := 0; b.Loop(); i++ {
		write(b, s, flush(fmt.Sprintf("shop:R%d", i/20), 1+i%20, int64(2*(i%20)), "one", "two"))
	}
}
