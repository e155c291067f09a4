package gazetteer

import "ripoti/internal/ripoti"

// directions are the words, as people type them, that tell two places of one name apart. They never
// take part in guessing: "West Gem" is not a misspelt "East Gem".
var directions = map[string]mark{
	"north": markNorth, "nth": markNorth, "noth": markNorth, "nort": markNorth, "norht": markNorth, "northern": markNorth, "kaskazini": markNorth, "kaskazin": markNorth,
	"south": markSouth, "sth": markSouth, "souht": markSouth, "sauth": markSouth, "soth": markSouth, "suth": markSouth, "sout": markSouth, "southern": markSouth, "kusini": markSouth, "kusin": markSouth,
	"east": markEast, "eest": markEast, "esat": markEast, "eastern": markEast, "mashariki": markEast, "masharik": markEast,
	"west": markWest, "wst": markWest, "wes": markWest, "wesr": markWest, "western": markWest, "magharibi": markWest, "magaribi": markWest,
	"central": markCentral, "centro": markCentral, "centrl": markCentral, "cental": markCentral, "cetral": markCentral, "kati": markCentral,
}

// numbers are number words and Roman numerals; digits speak for themselves.
var numbers = map[string]int{
	"moja": 1, "mbili": 2, "tatu": 3, "nne": 4, "tano": 5, "sita": 6, "saba": 7, "nane": 8, "tisa": 9, "kumi": 10,
	"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
	"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5,
}

// spelled are short forms that stand for one word wherever they stand.
var spelled = map[string]string{
	"mkt": "market", "mrkt": "market", "makt": "market", "marketi": "market",
	"twn": "town", "tawn": "town", "rd": "road", "hwy": "highway", "mt": "mount",
	"cnty": "county", "hosp": "hospital", "cntr": "centre", "center": "centre", "sentre": "centre", "senta": "centre",
	"junc": "junction", "jct": "junction", "jnctn": "junction", "stn": "station", "sch": "school", "vill": "village", "est": "estate",
	"stej": "stage", "steji": "stage", "stg": "stage", "isteji": "stage", "phs": "phase", "phez": "phase", "fez": "phase",
}

// generics are words that say what kind of thing a name is and may be left out or added at will.
// Those with a kind prefer it: "Siaya county" is the county.
var generics = map[string]ripoti.PlaceKind{
	"town": ripoti.KindTown, "mjini": ripoti.KindTown, "mji": ripoti.KindTown, "city": ripoti.KindTown, "municipality": "",
	"county": ripoti.KindCounty, "kaunti": ripoti.KindCounty, "kaonti": ripoti.KindCounty,
	"constituency": ripoti.KindConstituency, "jimbo": ripoti.KindConstituency, "subcounty": ripoti.KindConstituency,
	"ward": ripoti.KindWard, "wadi": ripoti.KindWard, "wodi": ripoti.KindWard,
	"market": "", "soko": "", "stage": "", "estate": "", "centre": "", "village": "", "kijiji": "", "mtaa": "", "junction": "",
	"area": "", "phase": "", "location": "", "lokesheni": "", "sublocation": "", "slum": "", "slums": "",
	"stendi": "", "terminus": "", "township": "", "division": "", "district": "", "settlement": "", "shopping": "", "trading": "", "eneo": "",
}

// longGenerics are those that are recognised misspelt as well.
var longGenerics = []string{"market", "centre", "estate", "village", "township", "county", "junction", "town", "stage", "constituency", "location"}

// links join a generic word to the name.
var links = set("ya", "wa", "la", "cha", "za", "of", "na")

// leads are words before a name that say nothing about which place it is.
var leads = set(
	"niko", "tuko", "nipo", "tupo", "iko", "ipo", "yuko", "yupo", "ako", "wako", "ni", "nipo", "naishi", "ninaishi", "tunaishi", "anaishi", "natoka", "nikiwa",
	"huku", "huko", "hapa", "hapo", "pale", "kule", "kwetu", "in", "at", "the", "from", "i", "am", "im", "we", "are", "is", "live", "its", "it", "ndani", "ya", "wa", "cha", "la", "za", "na", "maeneo", "pande", "sehemu", "mtaani",
	"of", "around", "karibu", "near", "place", "here", "kwa", "sub",
)

// trails are words after a name that say nothing about which place it is.
var trails = set("kenya", "ke", "please", "plz", "pls", "tafadhali", "tu", "bana", "hapo", "hapa", "huko", "huku", "side", "sir", "madam", "asante", "thanks", "there", "here", "kabisa", "ndani", "area", "mtaani", "sub")

// separators part what is named from what is near it: "kangemi karibu na stage", "opposite Naivas".
var separators = set("karibu", "near", "nearby", "opposite", "opp", "behind", "nyuma", "beside", "kando", "mkabala", "next", "after", "before", "baada", "kabla", "along")

// notPlaces are words that people answer with and that are no place in the table. A text of nothing
// but these is refused, and they never take part in guessing.
var notPlaces = set(
	"ya", "wa", "na", "kwa", "cha", "za", "vya", "pa", "mwa", "la", "ni", "si", "moja", "kumi", "mbili", "tatu", "kati", "lake", "poa", "sasa", "saa", "old", "test", "a", "an", "all", "any", "salama", "i", "it",
	// who and what
	"polisi", "police", "polis", "karao", "sanse", "askari", "chief", "chifu", "mzee", "jirani", "majirani", "neighbour", "neighbor", "mama", "baba", "mum", "ndugu", "shangazi", "mjomba", "bibi", "babu", "nyanya", "cucu", "shosho", "guka",
	"mtoto", "watoto", "mtoi", "child", "children", "kid", "girl", "boy", "msichana", "mvulana", "kijana", "mwanamke", "mwanaume", "mume", "mke", "bwana", "mwalimu", "teacher", "pastor", "rafiki", "friend", "uncle", "aunt", "auntie", "boss", "mwizi", "father", "mother", "brother", "sister", "husband", "wife", "stepfather", "stepdad", "babangu", "mamangu", "dadangu", "ndugu", "housegirl", "houseboy", "mboch",
	// where, but anywhere
	"nyumbani", "nyumba", "home", "house", "hom", "keja", "kejani", "digs", "shule", "shuleni", "skuli", "school", "skul", "shulee", "primary", "secondary", "msingi", "upili", "chuo", "university", "college", "class", "darasa", "darasani", "kanisa", "kanisani", "church", "msikiti", "msikitini", "mosque",
	"hospitali", "hospital", "hospitalini", "hosi", "clinic", "kliniki", "dispensary", "zahanati", "duka", "dukani", "shop", "shops", "bar", "baa", "club", "hoteli", "hotel", "lodging", "kazi", "kazini", "work", "ofisi", "ofisini", "office", "gari", "matatu", "bus", "boda", "barabara", "barabarani", "road", "njia", "njiani", "street", "shamba", "shambani", "farm",
	"msitu", "msituni", "forest", "mto", "mtoni", "river", "bahari", "baharini", "lake", "beach", "bush", "kichakani", "choo", "chooni", "toilet", "chumba", "chumbani", "room", "bedroom", "jikoni", "kitchen", "plot", "ploti", "kituo", "station", "kijijini", "village", "sokoni", "market", "soko", "mjini", "town", "tao", "mtaa", "mtaani", "mitaani", "stage", "stendi", "estate", "area", "ground", "field", "uwanja", "uwanjani", "jela", "prison", "kambi", "camp", "supermarket", "naivas", "tuskys", "quickmart", "uchumi", "carrefour", "mpesa", "petrol", "bridge", "daraja", "ushago", "ocha", "mashambani", "gate", "door", "mlango", "highway", "junction",
	"place", "ghetto", "hostel", "hosteli", "bweni", "dorm", "somewhere", "anywhere", "everywhere", "nowhere", "outside", "inside", "nje", "ndani", "hapa", "hapo", "huku", "huko", "pale", "kule", "here", "there", "popote", "mahali", "county", "kaunti", "ward", "wadi", "location", "kenya", "centre", "district", "nchi", "country", "village", "kijiji", "mji", "jiji", "city", "bado", "sub", "municipality",
)

// speech are words of a sentence. They are refused like notPlaces, and a text that holds one is not
// taken for a misspelt name.
var speech = set(
	// no answer
	"sijui", "cjui", "sjui", "najua", "sina", "hakika", "uhakika", "sure", "not", "no", "yes", "ndio", "ndiyo", "hapana", "ok", "okay", "sawa", "none", "hakuna", "nothing", "dont", "don", "know", "idk", "idea", "cant", "say", "rather", "tell", "kukuambia", "kuambia", "juu", "by", "unknown", "skip", "siri", "secret", "private", "sitaki", "sitasema", "siwezi", "kusema", "sema", "kueleza", "later", "baadaye", "back", "rudi", "toka", "exit", "stop", "cancel", "next", "hello", "helo", "hi", "hey", "hallo", "niaje", "mambo", "habari", "vipi", "jambo", "shikamoo", "asante", "thanks", "thank", "you", "bye", "what", "where", "who", "why", "wapi", "nini", "nani", "kwani", "gani", "lini", "my", "me", "your", "his", "her", "our", "their", "us", "wangu", "yangu", "kwangu", "kwao", "kwake", "kwako", "yake", "wake", "yetu", "wetu",
	"nisaidie", "nisaidieni", "tusaidie", "saidia", "msaada", "usaidizi", "help", "saidieni", "emergency", "dharura", "haraka", "hatari", "danger", "please", "tafadhali", "nataka", "want", "naomba", "naogopa", "ogopa", "afraid", "uoga", "nakufa", "ripoti", "report", "simu", "phone", "number", "namba", "nambari",
	"amenipiga", "amenibaka", "nimepigwa", "ameniumiza", "anataka", "kuniua", "ananipiga", "amepigwa", "anapigwa", "amebakwa", "alibakwa", "nimebakwa", "kubakwa", "rape", "raped", "beaten", "beating", "abuse", "defiled", "kupigwa", "anateswa", "amepotea", "lost", "missing", "miaka", "years", "leo", "jana", "juzi", "usiku", "night", "today", "yesterday", "now", "mchana", "asubuhi", "jioni",
	// joining words
	"the", "at", "in", "of", "to", "from", "on", "my", "and", "or", "with", "for", "is", "am", "im", "we", "he", "she", "be", "was", "has", "have", "do", "kutoka", "katika", "kama", "au", "lakini", "mimi", "yeye", "sisi", "wewe", "huyu", "yule", "baada", "karibu", "near",
)

// abroad are towns and countries outside Kenya. Where a place of the table bears the same name, the
// caller is asked.
var abroad = set(
	"uganda", "tanzania", "tz", "ug", "somalia", "ethiopia", "sudan", "southsudan", "rwanda", "burundi", "congodrc", "drc", "zambia", "malawi", "nigeria", "ghana", "egypt", "southafrica", "saudi", "saudia", "saudiarabia", "qatar", "dubai", "oman", "kuwait", "lebanon", "bahrain", "jordan", "uae", "abudhabi", "riyadh", "jeddah", "doha", "muscat", "beirut", "india", "china", "usa", "america", "uk", "england", "london", "germany", "canada", "australia", "newyork", "paris", "turkey", "istanbul", "thailand", "myanmar", "laos", "libya", "bangladesh", "jerusalem", "california", "dallas", "congo",
	"kampala", "entebbe", "jinja", "tororo", "gulu", "mbarara", "lira", "soroti", "arua", "masaka", "iganga", "kabale", "hoima", "mukono",
	"daressalaam", "dar", "daresalaam", "daresalam", "dodoma", "arusha", "moshi", "mwanza", "tanga", "zanzibar", "musoma", "tarime", "sirari", "holili", "bukoba", "mbeya", "morogoro", "pemba", "shinyanga", "tabora", "bagamoyo", "kigoma", "horohoro",
	"mogadishu", "kismayu", "kismayo", "hargeisa", "baidoa", "garowe", "dhobley", "bulahawa", "addisababa", "addis", "dire dawa", "hawassa", "awasa", "yabelo", "juba", "torit", "kapoeta", "nimule", "narus", "wau", "malakal", "khartoum", "kigali", "gisenyi", "butare", "bujumbura", "gitega", "goma", "bukavu", "kinshasa", "lubumbashi", "kisangani", "lusaka", "ndola", "lilongwe", "blantyre", "harare", "maputo", "lagos", "abuja", "accra", "cairo", "johannesburg", "joburg", "capetown", "durban", "pretoria", "zimbabwe", "botswana", "eritrea", "djibouti", "asmara", "yemen", "europe", "africa", "eastafrica", "asia",
)

// alsoWords are names that are common words as well. Alone they are asked
// back, not taken, unless the place is large.
var alsoWords = set(
	"cbd", "salama", "sokoni", "mtaa", "maziwa", "baraka", "bahari", "hindi", "ziwa", "total", "dam", "junction", "teachers", "airport", "railways", "hospital", "market", "free", "stadium", "ferry", "shah", "impala", "banana", "congo", "london", "california", "dallas", "jerusalem", "bangladesh", "olympic", "satellite", "sunrise", "landless", "annex", "pioneer", "hunters", "seasons", "serena", "flamingo", "engineer",
	"kwanza", "huruma", "umoja", "uhuru", "kisima", "milima", "chini", "mwisho", "mawe", "mata", "tamu", "dede", "simba", "kambi", "kone", "sala", "kwa", "saka", "puma", "waa", "kibarani", "barani", "pala", "kola", "mua", "athi", "kee", "tumaini", "lang", "karibu", "naka", "nyota", "pole", "mala", "mara", "mbiri", "moja", "baba", "nanga", "rukala", "tala", "mtambo", "mikameni",
)

// inSentences are names that are so common in sentences that they are not looked for there.
var inSentences = set("salama", "kwanza", "baba", "moja", "karibu", "kwa", "chini", "mwisho", "mara", "simba", "mala", "pole", "saka", "kone", "kee", "maziwa", "bahari", "tamu", "mawe", "free", "total", "market", "hospital", "barani", "uhuru", "milima", "nyota", "teachers", "pioneer", "stadium", "olympic", "satellite", "sunrise", "banana", "airport")

// roads make an answer vague: Thika Road is 40 km long.
var roads = set("road", "highway", "barabara", "avenue", "street", "bypass")

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}
