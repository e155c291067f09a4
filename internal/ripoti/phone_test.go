package ripoti

import (
	"fmt"
	"testing"

	"github.com/nyaruka/phonenumbers"
)

func TestCommonMobile(t *testing.T) {
	t.Run("every number of the 07 range reads as the library reads it", func(t *testing.T) {
		for range3 := range 1000 {
			for _, rest := range []string{"00000", "00001", "99999", "12345"} {
				s := fmt.Sprintf("+2547%03d%s", range3, rest)
				n, err := phonenumbers.Parse(s, Region)
				valid := err == nil && phonenumbers.IsValidNumber(n) && phonenumbers.Format(n, phonenumbers.E164) == s
				if got, err := ParsePhone(s); !valid || err != nil || string(got) != s {
					t.Fatalf("%s: the library says %v, we say %q, %v", s, valid, got.Dial(), err)
				}
			}
		}
	})
	t.Run("anything else is left to the library", func(t *testing.T) {
		for _, s := range []string{"+25471100000", "+2547110000011", "+254711OO0001", "+254 11000001", "+255711000001", "", "+2547"} {
			if commonMobile(s) {
				t.Errorf("%q passed", s)
			}
		}
	})
}
