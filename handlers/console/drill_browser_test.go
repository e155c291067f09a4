package console_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ripoti/internal/browsertest"
	"ripoti/internal/casework/stage"
	"ripoti/internal/ripoti"
)

// A coordinator starts a drill, an officer answers as ever, and the result tells who answered after how
// long; real lists show nothing of it.
func TestADrillFromStartToResultInABrowser(t *testing.T) {
	h := open(t)
	secret := h.user(coordinator)
	b := browsertest.Open(t, 1366, 768)
	h.comesIn(b, coordinator.Login, secret)
	b.Do(chromedp.Click(chromedp.CSS("nav a[href='/console/drills']")))
	b.Until("h1", "Drills")
	b.Do(fill("[name=office]", "station-near"), chromedp.SetValue(chromedp.CSS("[name=minutes]"), "30"), chromedp.Click(chromedp.CSS("form.filter button")))
	b.Until("h1", "Start this drill?")
	b.Shot("drill-sure")
	b.Do(chromedp.Click(chromedp.CSS("main form button")))
	b.Until(".flash", "The drill has started.")
	h.Work()
	h.Wait(3 * time.Minute)
	alert := h.Got("station-near.desk")[0].Text
	if !strings.HasPrefix(alert, "DRILL RIPOTI CRITICAL ") {
		t.Fatalf("the desk reads %s", alert)
	}
	h.Text("station-near.desk", "1 "+strings.Fields(alert)[3][:7])
	b.Do(chromedp.Reload())
	b.Until("tbody", "after 3 min")
	b.Until("tbody", "gender desk, Sample station-near")
	shots(b, "drill")
	b.Do(chromedp.Navigate(h.url + "/console/reports"))
	b.Until("tbody", "No reports fit.")
	h.Wait(30 * time.Minute)
	b.Do(chromedp.Navigate(h.url + "/console/drills"))
	b.Until("tbody", "over")
	if got := h.Got("station-near.desk"); !strings.Contains(got[len(got)-1].Text, "is over") {
		t.Errorf("the desk does not hear that it is over: %s", got[len(got)-1].Text)
	}
}

func TestDrillsAreForTheirCounties(t *testing.T) {
	h := open(t)
	v := h.as(ripoti.User{Login: "sample.coast", Name: "S", Role: ripoti.UserCoordinator, OfficeID: "coordination-047", Counties: []string{"001"}})
	form := url.Values{"county": {"047"}, "office": {"station-near"}, "scenario": {"danger_now"}, "minutes": {"30"}}
	if _, page := v.post("/console/drills", form); !strings.Contains(page, "Choose a county of yours.") {
		t.Error("a drill in another county")
	}
	h.as(coordinator).post("/console/drills", form)
	h.Work()
	if len(h.Got("station-near.desk")) == 0 {
		t.Error("a coordinator of the county cannot start one: this proves nothing")
	}
	if _, page := v.get("/console/drills"); strings.Contains(page, "Sample station-near") {
		t.Error("drills of another county are listed")
	}
	real := h.File("c1", ripoti.StageComplete, stage.Report(nil))
	if _, page := h.as(supervisor).get("/console/reports"); strings.Count(page, "<th scope=\"row\">") != 1 || !strings.Contains(page, real.Spaced()) {
		t.Error("the list of reports shows practice reports")
	}
}
