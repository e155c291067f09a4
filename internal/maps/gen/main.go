// Command gen takes Kenya's outline out of a TopoJSON file of the world's countries: Natural Earth's
// 1:50m boundaries (public domain) as the npm package world-atlas 2.0.2 carries them
// (countries-50m.json). Run it by `go generate` with the file in WORLD_ATLAS.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math"
	"os"
)

// kenya is the country's number in ISO 3166-1.
const kenya = "404"

type topology struct {
	Transform struct {
		Scale     [2]float64 `json:"scale"`
		Translate [2]float64 `json:"translate"`
	} `json:"transform"`
	Arcs    [][][2]int `json:"arcs"`
	Objects struct {
		Countries struct {
			Geometries []struct {
				ID   string          `json:"id"`
				Type string          `json:"type"`
				Arcs json.RawMessage `json:"arcs"`
			} `json:"geometries"`
		} `json:"countries"`
	} `json:"objects"`
}

func main() {
	if err := run(os.Getenv("WORLD_ATLAS"), "kenya.json"); err != nil {
		log.Fatal(err)
	}
}

func run(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("WORLD_ATLAS: %w", err)
	}
	var t topology
	if err := json.Unmarshal(raw, &t); err != nil {
		return fmt.Errorf("topology: %w", err)
	}
	for _, g := range t.Objects.Countries.Geometries {
		if g.ID != kenya {
			continue
		}
		rings, err := t.rings(g.Type, g.Arcs)
		if err != nil {
			return err
		}
		out, err := json.Marshal(rings)
		if err != nil {
			return err
		}
		return os.WriteFile(to, append(out, '\n'), 0o644)
	}
	return errors.New("there is no Kenya in it")
}

// rings are the outer rings of a country as points of longitude and latitude, to a hundred metres.
func (t topology) rings(kind string, raw json.RawMessage) (rings [][][2]float64, err error) {
	var polygons [][][]int
	if kind == "Polygon" {
		polygons = make([][][]int, 1)
		err = json.Unmarshal(raw, &polygons[0])
	} else {
		err = json.Unmarshal(raw, &polygons)
	}
	if err != nil {
		return nil, fmt.Errorf("arcs: %w", err)
	}
	for _, polygon := range polygons {
		var ring [][2]float64
		for _, arc := range polygon[0] {
			points := t.arc(arc)
			if len(ring) > 0 {
				points = points[1:] // begins where the one before ended
			}
			ring = append(ring, points...)
		}
		rings = append(rings, ring)
	}
	return rings, nil
}

// arc is a stretch of border; a negative number is one walked backwards.
func (t topology) arc(i int) [][2]float64 {
	back := i < 0
	if back {
		i = ^i
	}
	points := make([][2]float64, len(t.Arcs[i]))
	x, y := 0, 0
	for n, step := range t.Arcs[i] {
		x, y = x+step[0], y+step[1]
		at := n
		if back {
			at = len(points) - 1 - n
		}
		points[at] = [2]float64{
			rounded(float64(x)*t.Transform.Scale[0] + t.Transform.Translate[0]),
			rounded(float64(y)*t.Transform.Scale[1] + t.Transform.Translate[1]),
		}
	}
	return points
}

func rounded(degrees float64) float64 { return math.Round(degrees*1000) / 1000 }
