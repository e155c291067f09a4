package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"ripoti/internal/ripoti"
	"ripoti/internal/store"
)

func incidents(t *testing.T, f *fixture) {
	var ids []string
	for _, c := range []string{"c1", "c2", "c3", "c4"} {
		ids = append(ids, f.file(c).ID)
	}
	slices.Sort(ids)
	kibera := ripoti.PlaceRef{ID: "town-a", Ward: "ward-1", Point: ripoti.Point{Lat: -1.3133, Lon: 36.7872}, Precision: ripoti.PrecisionExact}
	scene := func(id string, change func(*store.Scene)) store.Scene {
		s := store.Scene{ReportID: id, Place: kibera, Category: ripoti.SVAC, FiledAt: f.clock.Now()}
		if change != nil {
			change(&s)
		}
		return s
	}
	near := func(s store.Scene) (found []string) {
		f.tx(func(tx *store.Tx) error {
			if err := tx.SaveScene(f.ctx, s); err != nil {
				return err
			}
			scenes, err := tx.ScenesNear(f.ctx, s, 24*time.Hour, 10)
			for _, n := range scenes {
				found = append(found, n.ReportID)
			}
			return err
		})
		slices.Sort(found)
		return found
	}
	for _, c := range []struct {
		name  string
		other func(*store.Scene)
		near  bool
	}{
		{"the same place", nil, true},
		{"another place in the ward", func(s *store.Scene) { s.Place = ripoti.PlaceRef{ID: "town-b", Ward: "ward-1"} }, true},
		{"a point beside it, over the edge of a cell", func(s *store.Scene) {
			s.Place = ripoti.PlaceRef{ID: "town-c", Point: ripoti.Point{Lat: -1.3133 + 0.008, Lon: 36.7872 + 0.004}, Precision: ripoti.PrecisionExact}
		}, true},
		{"a point far away", func(s *store.Scene) {
			s.Place = ripoti.PlaceRef{ID: "town-d", Point: ripoti.Point{Lat: -1.40, Lon: 36.7872}, Precision: ripoti.PrecisionExact}
		}, false},
		{"another place in no ward", func(s *store.Scene) { s.Place = ripoti.PlaceRef{ID: "town-e"} }, false},
		{"the point of a county beside it", func(s *store.Scene) {
			s.Place = ripoti.PlaceRef{ID: "county-1", Point: kibera.Point, Precision: ripoti.PrecisionCounty}
		}, false},
		{"the day before", func(s *store.Scene) { s.FiledAt = s.FiledAt.Add(-25 * time.Hour) }, false},
	} {
		if _, err := f.db.ExecContext(f.ctx, "delete from scenes"); err != nil {
			t.Fatal(err)
		}
		near(scene(ids[1], c.other))
		if got := near(scene(ids[0], nil)); slices.Contains(got, ids[1]) != c.near {
			t.Errorf("%s: near %v, want %v", c.name, got, c.near)
		}
	}

	pair := func(a, b int) store.Pair { return store.Pair{Report: ids[b], Other: ids[a], Why: "place"} }
	decide := func(p store.Pair, status store.PairStatus) {
		f.Helper()
		f.tx(func(tx *store.Tx) error {
			for range 2 { // once, however often
				if err := tx.ProposePair(f.ctx, p); err != nil {
					return err
				}
			}
			known, err := tx.Pair(f.ctx, p.Report, p.Other)
			if err != nil {
				return err
			}
			_, err = tx.DecidePair(f.ctx, known, status, "coordinator")
			return err
		})
	}
	all := store.Viewer{Contacts: []string{"c"}, Offices: []string{"coordination-a"}, Coordinates: true}
	officer := store.Viewer{Contacts: []string{"o"}, Offices: []string{"station-a"}}
	shared := func(i int, v store.Viewer) int {
		codes, err := f.SameEvent(f.ctx, ids[i], v)
		f.must(err)
		return len(codes)
	}
	decide(pair(0, 1), store.PairLinked)
	decide(pair(2, 3), store.PairLinked)
	if shared(0, all) != 1 || shared(3, officer) != 1 {
		t.Errorf("linked reports share nothing: %d %d", shared(0, all), shared(3, officer))
	}
	decide(pair(1, 2), store.PairLinked) // two incidents become one
	if shared(0, all) != 3 {
		t.Errorf("joined incidents: %d", shared(0, all))
	}
	f.tx(func(tx *store.Tx) error { return tx.SaveDecision(f.ctx, ids[3], "{}", []string{"station-a"}) })
	if shared(0, officer) != 2 || shared(3, officer) != 0 || shared(0, all) != 3 {
		t.Errorf("behind the wall: %d %d, outside %d", shared(0, officer), shared(3, officer), shared(0, all))
	}
	decide(pair(2, 3), store.PairRejected)
	if shared(3, all) != 0 || shared(0, all) != 2 {
		t.Errorf("a link that was taken back: %d %d", shared(3, all), shared(0, all))
	}

	f.tx(func(tx *store.Tx) error { return tx.ProposePair(f.ctx, pair(0, 3)) })
	f.tx(func(tx *store.Tx) error { return tx.ProposePair(f.ctx, pair(0, 2)) })
	shown := func(v store.Viewer) int {
		pairs, err := f.Pairs(f.ctx, v, 10)
		f.must(err)
		return len(pairs)
	}
	atStation := store.Viewer{Contacts: []string{"c2"}, Offices: []string{"coordination-a", "station-a"}, Coordinates: true}
	if shown(all) != 2 || shown(atStation) != 1 || shown(officer) != 0 || shown(store.Viewer{}) != 0 {
		t.Errorf("pairs shown: %d to all, %d through a walled office, %d to an officer, %d to nobody", shown(all), shown(atStation), shown(officer), shown(store.Viewer{}))
	}
	take := func(id string, report int, side ripoti.Side, by string) {
		f.tx(func(tx *store.Tx) error {
			return tx.Assign(f.ctx, store.Assignment{Assignment: ripoti.Assignment{ID: id, ReportID: ids[report], OfficeID: "station-a", Side: side,
				Status: ripoti.AssignmentAccepted, CreatedAt: f.clock.Now(), AcceptedBy: by}, Ladder: "[]"})
		})
	}
	take("care-1", 0, ripoti.Care, "o")
	if shown(officer) != 1 {
		t.Errorf("who owns the care sees %d pairs, want the one outside the wall", shown(officer))
	}
	both := store.Viewer{Contacts: []string{"another", "p"}, Offices: []string{"station-b"}}
	for i, report := range []int{0, 2} {
		if shown(both) != 0 {
			t.Errorf("who holds %d reports of the pair for safety sees it", i)
		}
		take(fmt.Sprint("safety-", i), report, ripoti.Safety, "p")
	}
	if shown(both) != 1 {
		t.Errorf("who holds both reports for safety sees %d pairs", shown(both))
	}
	f.tx(func(tx *store.Tx) error {
		if found, err := tx.Pairs(f.ctx, both, 10); err != nil || len(found) != 1 || found[0].Report != ids[2] || found[0].Other != ids[0] {
			t.Errorf("in a transaction: %+v, %v", found, err)
		}
		return nil
	})
}
