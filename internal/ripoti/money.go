package ripoti

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Money is an amount in millionths of a currency's unit, as providers bill in fractions of a cent.
type Money struct {
	Currency string // three capitals, "KES"; "" is no amount at all
	Micros   int64
}

// micros is how many Micros make one unit.
const micros = 1_000_000

// ParseMoney reads "KES 0.8000" or "USD -12.5". The error is Invalid.
func ParseMoney(s string) (Money, error) {
	currency, amount, _ := strings.Cut(strings.TrimSpace(s), " ")
	return MoneyOf(currency, amount)
}

// MoneyOf is an amount whose currency is written apart from it: MoneyOf("usd", "-0.0075").
func MoneyOf(currency, amount string) (Money, error) {
	currency = strings.ToUpper(strings.TrimSpace(currency))
	units, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(amount), ",", ""), 64)
	if err != nil || len(currency) != 3 || strings.Trim(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" || !(math.Abs(units) < 1e12) {
		return Money{}, Invalid("money.unreadable", nil)
	}
	return Money{currency, int64(math.Round(units * micros))}, nil
}

// Abs is the amount without its sign: what a provider writes as a debit.
func (m Money) Abs() Money { return Money{m.Currency, max(m.Micros, -m.Micros)} }

// Units is the amount in whole units, for metrics.
func (m Money) Units() float64 { return float64(m.Micros) / micros }

// String is "KES 0.80"; "" where there is no amount.
func (m Money) String() string {
	if m.Currency == "" {
		return ""
	}
	return fmt.Sprintf("%s %.2f", m.Currency, m.Units())
}

// UnmarshalText reads what ParseMoney reads.
func (m *Money) UnmarshalText(text []byte) (err error) {
	if *m, err = ParseMoney(string(text)); err != nil {
		return fmt.Errorf("%q is no amount: write it like KES 500", text)
	}
	return nil
}
