package bench

import "slices"

// median is the middle of values, or the mean of the two in the middle. It is 0 of none.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// medianRatio is the median of the ratios of pairs. Whatever slows a machine down for a while slows both sides of a pair, so
// that ratios are taken before anything is put together. A pair whose control is 0 says nothing and is left out.
func medianRatio(product, control []float64) float64 {
	var ratios []float64
	for i := range min(len(product), len(control)) {
		if control[i] > 0 {
			ratios = append(ratios, product[i]/control[i])
		}
	}
	return median(ratios)
}
