package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func TestMetrics(t *testing.T) {
	t.Run("what is counted can be read", func(t *testing.T) {
		reg := prometheus.NewRegistry()
		use(New(reg))
		families, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for _, f := range families {
			if !strings.HasPrefix(f.GetName(), "ripoti_") {
				t.Errorf("%s is not under our name", f.GetName())
			}
			seen[f.GetName()] = len(f.GetMetric())
		}
		if len(seen) != 22 || seen["ripoti_ussd_presses_total"] != len(Outcomes) || seen["ripoti_ussd_dialogues_total"] != len(Ends) {
			t.Errorf("gathered %v", seen)
		}
	})
	t.Run("without metrics nothing is counted and nothing breaks", func(t *testing.T) { use(nil) })
	t.Run("a press allocates nothing to be counted", func(t *testing.T) {
		m := New(prometheus.NewRegistry())
		if n := testing.AllocsPerRun(100, func() { m.Press(Answered, time.Millisecond) }); n > 0 {
			t.Errorf("%.0f allocations", n)
		}
	})
	t.Run("an outcome nobody listed is no new label", func(t *testing.T) {
		m := New(prometheus.NewRegistry())
		m.Press("+254711000001", 0)
		m.Dialogue("+254711000001")
		if len(m.presses) != len(Outcomes) || len(m.ends) != len(Ends) {
			t.Error("a label was added")
		}
	})
}

func use(m *Metrics) {
	m.Press(Answered, time.Millisecond)
	m.Dialogue(EndedFiled)
	m.StoreFailed()
	m.DeskFailed("file")
	m.Hook("twilio_sms", "accepted")
	m.Report("svac", "critical", "ussd", "urgent")
	m.Alerted("critical", time.Second)
	m.Accepted("critical", time.Minute)
	m.Message("twilio", "sent")
	m.Unknown(1)
	m.Text("capped")
	m.Overdue(1)
	m.Queue("critical", 3, time.Second)
	m.Rescued("alert", 1)
	m.Segments("twilio", 2)
	m.Cost("africastalking", "KES", 0.8)
	m.Cost("twilio", "", 0)
	m.Balance("twilio", "USD", 20)
	m.PassedOver("twilio", "errors")
	m.Bundled(3)
	m.Pulled("twilio", 1)
}
