package notice

import (
	"strings"
	"unicode/utf16"
)

// The limits of a text message. One that is written in the GSM alphabet (GSM 03.38) holds 160 characters, any other one 70. A
// message that needs more is sent in segments, each of which gives up a few characters to the header that joins them again.
const (
	gsmAlone, gsmJoined         = 160, 153
	unicodeAlone, unicodeJoined = 70, 67
)

// maxSegments is the most that one text message may take.
const maxSegments = 2

const (
	gsmBasic    = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "^{}\\[~]|€" // each takes the room of two
)

// inGSM reports whether a text can be written in the GSM alphabet.
func inGSM(s string) bool {
	for _, r := range s {
		if !strings.ContainsRune(gsmBasic, r) && !strings.ContainsRune(gsmExtended, r) {
			return false
		}
	}
	return true
}

// segments is how many text messages a text is sent as, when so many characters beside it are somebody else's.
func segments(s string, taken int) int {
	length, alone, joined := taken, unicodeAlone, unicodeJoined
	if inGSM(s) {
		alone, joined = gsmAlone, gsmJoined
		for _, r := range s {
			length++
			if strings.ContainsRune(gsmExtended, r) {
				length++
			}
		}
	} else {
		length += len(utf16.Encode([]rune(s)))
	}
	if length <= alone {
		return 1
	}
	return (length + joined - 1) / joined
}
