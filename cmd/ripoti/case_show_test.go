package main

import (
	"bytes"
	"strings"
	"testing"

	"ripoti/internal/casework"
	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func TestCaseShowSaysWhoIsAskedAndThatNothingWasTold(t *testing.T) {
	var out bytes.Buffer
	o := casework.Overview{Checks: []store.Check{{Kind: ripoti.CheckDay1, Side: ripoti.Care}, {Kind: ripoti.CheckDay1, Side: ripoti.Safety}}}
	if err := (&caseShow{}).print(&out, o); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"nothing was told yet", "check day1 of care", "check day1 of safety"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in %s", want, out.String())
		}
	}
}
