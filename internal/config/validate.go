package config

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strings"

	"github.com/go-playground/validator/v10"
)

// shapes are the forms that validate tags name and the library does not know.
var shapes = map[string]func(string) bool{
	"redis_url":    func(s string) bool { _, err := RedisOptions(s); return err == nil },
	"base_url":     baseURL,
	"ussd_code":    regexp.MustCompile(`^\*[0-9]+(\*[0-9]+)*#$`).MatchString,
	"short_code":   regexp.MustCompile(`^[0-9]{3,6}$`).MatchString,
	"path_segment": regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString,
	"sender_name":  func(s string) bool { return senderName.MatchString(s) && !digits(s) },
	"listen_any":   regexp.MustCompile(`^:[0-9]{1,5}$`).MatchString,
}

// senderName is what an alphanumeric sender may be made of.
var senderName = regexp.MustCompile(`^[A-Za-z0-9 ]{1,11}$`)

// sayings are what a broken validate tag says to the operator; the tag's parameter fills %s.
var sayings = map[string]string{
	"required_with": "is not set, but what goes with it is",
	"redis_url":     "is no Redis address: write redis://host:6379/0, redis://host1,host2 or redis-sentinel://master@host1,host2",
	"base_url":      "must be like https://host, with no path, query or trailing slash",
	"ussd_code":     "must be like *483#",
	"path_segment":  "may hold letters, digits, - and _ only",
	"oneof":         "must be one of: %s",
	"min":           "must be at least %s",
	"max":           "must be at most %s",
	"alphanum":      "may hold letters and digits only",
	"short_code":    "must be 3 to 6 digits",
	"file":          "names no file that can be read",
	"startswith":    "must begin with %s",

	"startswith=postgres://|startswith=postgresql://|startswith=sqlite:": "must begin with postgres:// or sqlite:",
	"e164|sender_name|numeric": "must be a number like +15005550006, a short code or a registered name of at most 11 letters",
	"hostname_port|listen_any": "must be like :8080 or 127.0.0.1:8080",
}

// invalid says which variables do not look as their validate tags ask.
func invalid(c Config) (trouble Trouble) {
	names := map[string]string{}
	walk(reflect.TypeFor[Config](), func(path string, f reflect.StructField) { names[path] = f.Tag.Get("env") })

	var all validator.ValidationErrors
	err := newValidator().Struct(c)
	if !errors.As(err, &all) {
		if err != nil {
			return Trouble{err.Error()}
		}
		return nil
	}
	for _, e := range all {
		path, _, _ := strings.Cut(strings.TrimPrefix(e.StructNamespace(), "Config."), "[")
		saying, ok := sayings[e.Tag()]
		if !ok {
			saying = "is not as it should be (" + e.Tag() + ")"
		}
		if strings.Contains(saying, "%s") {
			saying = fmt.Sprintf(saying, e.Param())
		}
		if e.Kind() == reflect.String && (e.Tag() == "min" || e.Tag() == "max") {
			saying += " characters long"
		}
		trouble = append(trouble, names[path]+": "+saying)
	}
	return trouble
}

func newValidator() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	for name, holds := range shapes {
		// The library fails only for an empty name or a reserved one.
		if err := v.RegisterValidation(name, func(fl validator.FieldLevel) bool { return holds(fl.Field().String()) }); err != nil {
			panic(fmt.Sprintf("config: %s: %v", name, err))
		}
	}
	return v
}

func baseURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" &&
		u.User == nil && s == u.Scheme+"://"+u.Host
}
