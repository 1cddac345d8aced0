package provider

import (
	"crypto/sha256"
	"encoding/base32"
)

// Number is the fixed rule by which an implementation turns our key into a number of an outside system that allows only
// [A-Z0-9] and a limited length: the prefix, then the merchant and key hashed and written in base 32, cut to length.
//
// The same merchant and key give the same number for ever, so a number can be computed again after everything but the key
// was lost. Below 20 characters after the prefix (100 bits) two keys might meet; ask for no less. The longest is 51.
func Number(prefix string, length int, merchant, key string) string {
	sum := sha256.Sum256([]byte(merchant + "\x00" + key))
	digits := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])
	return prefix + digits[:min(length-len(prefix), len(digits))]
}
