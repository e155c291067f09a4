package ripoti

import "testing"

func TestMoney(t *testing.T) {
	for _, c := range []struct {
		text string
		want Money
		ok   bool
	}{
		{"KES 0.8000", Money{"KES", 800_000}, true},
		{"USD -12.5", Money{"USD", -12_500_000}, true},
		{" kes 1,785.50 ", Money{"KES", 1_785_500_000}, true},
		{"USD 0.0075", Money{"USD", 7_500}, true},
		{"KES 0", Money{"KES", 0}, true},
		{"0.80", Money{}, false},
		{"KES", Money{}, false},
		{"KES x", Money{}, false},
		{"K1S 5", Money{}, false},
		{"KES NaN", Money{}, false},
		{"KES 1e300", Money{}, false},
		{"", Money{}, false},
	} {
		got, err := ParseMoney(c.text)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%q is %+v, %v", c.text, got, err)
		}
	}
	if got := (Money{"USD", -7_500}).Abs(); got != (Money{"USD", 7_500}) {
		t.Errorf("a debit is %+v", got)
	}
	if got := (Money{"KES", 1_785_500_000}).String(); got != "KES 1785.50" {
		t.Errorf("printed %q", got)
	}
}
