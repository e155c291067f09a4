package ripoti

import "math"

// Point is a position on the globe in degrees (WGS 84).
type Point struct {
	Lat float64 `json:"lat" validate:"gte=-90,lte=90"`
	Lon float64 `json:"lon" validate:"gte=-180,lte=180"`
}

// IsZero says that no position is known. (0, 0) lies in the Gulf of Guinea.
func (p Point) IsZero() bool { return p == Point{} }

// earthKm is the mean radius of the earth (IUGG).
const earthKm = 6371.0088

// Km is the great-circle distance in kilometres.
func (p Point) Km(q Point) float64 {
	const rad = math.Pi / 180
	sinLat := math.Sin((q.Lat - p.Lat) * rad / 2)
	sinLon := math.Sin((q.Lon - p.Lon) * rad / 2)
	h := sinLat*sinLat + math.Cos(p.Lat*rad)*math.Cos(q.Lat*rad)*sinLon*sinLon
	return 2 * earthKm * math.Asin(math.Sqrt(math.Min(1, h)))
}
