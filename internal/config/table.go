package config

import (
	"fmt"
	"reflect"
	"strings"
)

// titles head the sections of Table.
var titles = map[string]string{
	"Stores":   "Where things are kept",
	"Keyset":   "Keys",
	"Service":  "How people reach it",
	"Gateway":  "Africa's Talking",
	"Twilio":   "Twilio",
	"Messages": "SMS out",
	"Serving":  "Serving",
	"Working":  "Working",
	"Keeping":  "How long things are kept",
}

// Table renders every variable for docs/operations.md, in Markdown.
func Table() string {
	var b strings.Builder
	section := ""
	walk(reflect.TypeFor[Config](), func(path string, f reflect.StructField) {
		if name, _, _ := strings.Cut(path, "."); name != section {
			if section != "" {
				b.WriteByte('\n')
			}
			section = name
			fmt.Fprintf(&b, "### %s\n\n| variable | default | needed by | meaning |\n| --- | --- | --- | --- |\n", titles[name])
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Tag.Get("env"), defaults(f), needed(f), strings.ReplaceAll(f.Tag.Get("desc"), "|", `\|`))
	})
	return b.String()
}

func defaults(f reflect.StructField) string {
	var parts []string
	if v := f.Tag.Get("envDefault"); v != "" {
		parts = append(parts, "`"+v+"`")
	}
	if v := f.Tag.Get("dev"); v != "" {
		parts = append(parts, "`"+v+"` in dev")
	}
	return strings.Join(parts, ", ")
}

func needed(f reflect.StructField) string {
	return strings.ReplaceAll(f.Tag.Get("need"), ",", ", ")
}
