package routing

import (
	"time"

	"ripoti/internal/ripoti"
)

// The document as it stands in YAML. What the words mean is written in rules.yaml itself.
type document struct {
	Version    int                                          `yaml:"version" validate:"eq=1"`
	Settings   settings                                     `yaml:"settings"`
	Wall       wallRule                                     `yaml:"wall"`
	Levels     map[ripoti.Urgency]Level                     `yaml:"levels" validate:"len=4,dive,keys,oneof=critical high medium low,endkeys"`
	Reading    []readingRule                                `yaml:"reading" validate:"min=1,max=100,dive"`
	Urgency    []urgencyRule                                `yaml:"urgency" validate:"min=1,max=100,dive"`
	Floors     []urgencyRule                                `yaml:"floors" validate:"max=20,dive"`
	Repeat     repeatRule                                   `yaml:"repeat"`
	Burst      *burstRule                                   `yaml:"burst" validate:"omitempty"`
	Situations []situation                                  `yaml:"situations" validate:"max=20,dive"`
	Categories map[ripoti.Category]categoryRule             `yaml:"categories" validate:"required,dive"`
	Always     []tell                                       `yaml:"always" validate:"min=1,max=20,dive"`
	Fallbacks  map[who][]ripoti.OfficeKind                  `yaml:"fallbacks" validate:"dive,max=5,dive,oneof=station post subcounty_command county_command children_office county_children_office social_work oversight eacc ahtcpu ct_secretariat"`
	Ladders    map[ladderName]map[ripoti.Urgency][]rungRule `yaml:"ladders" validate:"required,dive,len=4,dive,keys,oneof=critical high medium low,endkeys,min=1,max=12,dive"`
}

type settings struct {
	AbleWithinKm    float64  `yaml:"able_within_km" validate:"gte=1,lte=500"`
	TracePassedOver int      `yaml:"trace_passed_over" validate:"gte=0,lte=20"`
	WorkingHours    string   `yaml:"working_hours" validate:"required"`
	Night           string   `yaml:"night" validate:"required"`
	BorderWards     []string `yaml:"border_wards" validate:"max=2000,dive,startswith=ward-,max=20"`
}

type wallRule struct {
	NearestStations int `yaml:"nearest_stations" validate:"gte=3,lte=20"`
}

// Level is what is promised for reports of one urgency (domain brief 5).
type Level struct {
	ReadWithin   time.Duration `yaml:"read_within" validate:"gt=0"`   // a person has read it
	AcceptWithin time.Duration `yaml:"accept_within" validate:"gt=0"` // an officer has accepted it
	ActWithin    time.Duration `yaml:"act_within" validate:"gt=0"`    // the first action is done
	// Wait says whether the first alert may wait: "never", for the end of the "night", or until an
	// "office" opens.
	Wait Wait `yaml:"wait" validate:"oneof=never night office"`
}

// Wait is how long an alert may rest before it is sent.
type Wait string

const (
	WaitNever  Wait = "never"
	WaitNight  Wait = "night"
	WaitOffice Wait = "office"
)

type written = map[string][]string // a condition as written

type readingRule struct {
	If       []written       `yaml:"if" validate:"min=1,max=20"`
	Category ripoti.Category `yaml:"category" validate:"category"`
	Second   ripoti.Category `yaml:"second" validate:"omitempty,category"`

	guard guard
}

type urgencyRule struct {
	ID     string         `yaml:"id" validate:"required,max=8,alphanum"`
	Level  ripoti.Urgency `yaml:"level" validate:"oneof=critical high medium low"`
	Says   string         `yaml:"says" validate:"required,max=300"`
	If     []written      `yaml:"if" validate:"min=1,max=20"`
	Unless []written      `yaml:"unless" validate:"max=20"`

	guard guard
}

type repeatRule struct {
	ID   string `yaml:"id" validate:"required,max=8,alphanum"`
	Days int    `yaml:"days" validate:"gte=1,lte=90"`
	Says string `yaml:"says" validate:"required,max=300"`
}

// burstRule is the repeat of one hour: left out, many reports at once are repeats like others.
type burstRule struct {
	ID      string        `yaml:"id" validate:"required,max=8,alphanum"`
	Reports int           `yaml:"reports" validate:"gte=3,lte=20"` // with the report itself
	Within  time.Duration `yaml:"within" validate:"gt=0,lte=24h"`
	Says    string        `yaml:"says" validate:"required,max=300"`
}

type situation struct {
	ID     string    `yaml:"id" validate:"required,max=8,alphanum"`
	Says   string    `yaml:"says" validate:"required,max=300"`
	If     []written `yaml:"if" validate:"min=1,max=20"`
	Unless []written `yaml:"unless" validate:"max=20"`
	Tell   []tell    `yaml:"tell" validate:"max=20,dive"`

	guard guard
}

type categoryRule struct {
	Says    string `yaml:"says" validate:"required,max=300"`
	Tell    []tell `yaml:"tell" validate:"max=20,dive"`
	NotTold string `yaml:"not_told" validate:"max=300"`
}

// tell is one line of "who is told".
type tell struct {
	Who    who                 `yaml:"who" validate:"who"`
	As     ripoti.Side         `yaml:"as" validate:"oneof=safety care told"`
	Needs  []ripoti.Capability `yaml:"needs" validate:"max=5,dive,oneof=gender_desk child_unit vehicle"`
	Roles  []ripoti.Role       `yaml:"roles" validate:"max=10,dive,role"` // the first step's roles, where not those of the ladder
	All    bool                `yaml:"all"`
	Say    RungSay             `yaml:"say" validate:"omitempty,oneof=alert walled told"`
	If     []written           `yaml:"if" validate:"max=20"`
	Unless []written           `yaml:"unless" validate:"max=20"`
	Why    string              `yaml:"why" validate:"required,max=300"`

	guard guard
	id    string // "svac/1": what the trace calls the line
	needs able   // Needs as a bit set
}

// who is whom a line tells: a kind of office or one of the words below.
type who string

const (
	whoStation          who = "station"
	whoOwnOCS           who = "own_ocs"           // the OCS of the station that was chosen before
	whoStationElsewhere who = "station_elsewhere" // a station of another sub-county than the walled ones
	whoNeighbour        who = "neighbour_command" // the nearest command of another sub-county
	whoSubCounty        who = who(ripoti.SubCountyCommand)
	whoCounty           who = who(ripoti.CountyCommand)
	whoChildren         who = who(ripoti.ChildrenOffice)
	whoCountyChildren   who = who(ripoti.CountyChildren)
	whoSocial           who = who(ripoti.SocialWork)
	whoOversight        who = who(ripoti.Oversight)
	whoEACC             who = who(ripoti.EACC)
	whoAHTCPU           who = who(ripoti.AHTCPU)
	whoCT               who = who(ripoti.CTSecretariat)
	whoCoordination     who = who(ripoti.Coordination)
)

var everyWho = []who{whoStation, whoOwnOCS, whoStationElsewhere, whoNeighbour, whoSubCounty, whoCounty, whoChildren, whoCountyChildren, whoSocial, whoOversight, whoEACC, whoAHTCPU, whoCT, whoCoordination}

// kind is the kind of office that is looked for.
func (w who) kind() ripoti.OfficeKind {
	switch w {
	case whoOwnOCS, whoStationElsewhere:
		return ripoti.Station
	case whoNeighbour:
		return ripoti.SubCountyCommand
	}
	return ripoti.OfficeKind(w)
}

type ladderName string

const (
	ladderPolice       ladderName = "police"
	ladderCommand      ladderName = "command"
	ladderChildren     ladderName = "children"
	ladderSocial       ladderName = "social"
	ladderLiaison      ladderName = "liaison"
	ladderCoordination ladderName = "coordination"
)

var everyLadder = []ladderName{ladderPolice, ladderCommand, ladderChildren, ladderSocial, ladderLiaison, ladderCoordination}

// ladderOf is the ladder that offices of a kind climb.
var ladderOf = map[ripoti.OfficeKind]ladderName{
	ripoti.Station:          ladderPolice,
	ripoti.Post:             ladderPolice,
	ripoti.SubCountyCommand: ladderCommand,
	ripoti.CountyCommand:    ladderCommand,
	ripoti.ChildrenOffice:   ladderChildren,
	ripoti.CountyChildren:   ladderChildren,
	ripoti.SocialWork:       ladderSocial,
	ripoti.Oversight:        ladderLiaison,
	ripoti.EACC:             ladderLiaison,
	ripoti.AHTCPU:           ladderLiaison,
	ripoti.CTSecretariat:    ladderLiaison,
	ripoti.Coordination:     ladderCoordination,
}

type rungRule struct {
	After time.Duration `yaml:"after" validate:"gte=0"`
	At    rungAt        `yaml:"at" validate:"oneof=own subcounty county children coordination network"`
	Roles []ripoti.Role `yaml:"roles" validate:"min=1,max=10,dive,role"`
	All   bool          `yaml:"all"`
	Say   RungSay       `yaml:"say" validate:"oneof=alert reminder ocs commander coordinator director walled told"`
}

// rungAt is where a rung's contacts are.
type rungAt string

const (
	atOwn          rungAt = "own"
	atSubCounty    rungAt = "subcounty"
	atCounty       rungAt = "county"
	atChildren     rungAt = "children"
	atCoordination rungAt = "coordination"
	atNetwork      rungAt = "network"
)
