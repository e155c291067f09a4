// Command ripoti is the whole house in one binary: a role or a question per command.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/redis/go-redis/v9/logging"
)

// commands are what `ripoti` can be told to do, a file each.
type commands struct {
	Place     placeCommand     `cmd:"" help:"Tell which place a text means."`
	Triage    triageCommand    `cmd:"" help:"Tell what a text seems to report: harm, urgency, language and place."`
	Route     routeCommand     `cmd:"" help:"Tell who would hear of a report, and why."`
	Rules     rulesCommand     `cmd:"" help:"Give out the routing rules or look at a document of rules."`
	Directory directoryCommand `cmd:"" help:"Look at tables of offices and contacts, or turn them into another form."`
	Flows     flowsCommand     `cmd:"" help:"Show the conversation of a reporter: every screen, or a picture."`
	Staff     staffCommand     `cmd:"" help:"Give officers and social workers their way onto the staff line."`
	Dev       devCommand       `cmd:"" help:"Try everything in one process with nothing installed: phones at /, data in ./data."`
	Web       webCommand       `cmd:"" help:"Answer gateways."`
	Worker    workerCommand    `cmd:"" help:"Route reports, send alerts, keep timers."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database to the form this program needs."`
	Check     checkCommand     `cmd:"" help:"Tell everything that is missing or wrong, and test every connection."`
	Reports   reportsCommand   `cmd:"" help:"Tell which reports have nobody."`
	Case      caseCommand      `cmd:"" help:"Work on a case: refer it to another office."`
	Incident  incidentCommand  `cmd:"" help:"Say which reports are about one event."`
	Workload  workloadCommand  `cmd:"" help:"Tell who holds how many cases, how many wait for an answer, and who took one last."`
	Roster    rosterCommand    `cmd:"" help:"Tell who is on duty, and when nobody will be."`
	Subject   subjectCommand   `cmd:"" help:"Serve a reporter's rights: tell what is kept, forget it."`
	Evidence  evidenceCommand  `cmd:"" help:"Give out a report for a court: everything unaltered, with hashes and a certificate to sign."`
	Purge     purgeCommand     `cmd:"" help:"Forget what is kept no longer; a worker does so every night."`
	Audit     auditCommand     `cmd:"" help:"Prove the history of every report."`
	User      userCommand      `cmd:"" help:"Say who may sign in to the console."`
	Token     tokenCommand     `cmd:"" help:"Say which partners read by the API."`
	Keys      keysCommand      `cmd:"" help:"Make and rotate the keys that numbers and narratives are sealed with."`
	Load      loadCommand      `cmd:"" help:"Walk USSD dialogues against a running service and tell how it bore them."`
}

func main() {
	logging.Disable() // the client of Redis writes past every log; a role gives it its own (hearRedis)
	var c commands
	parser := kong.Must(&c,
		kong.Name("ripoti"),
		kong.Description("Reports of harm to children and adults, from any phone to somebody who acts."),
		kong.UsageOnError(),
	)
	line, err := parser.Parse(doubleDashes(os.Args[1:]))
	parser.FatalIfErrorf(err)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	line.BindTo(ctx, (*context.Context)(nil))
	if err := line.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "ripoti:", err)
		os.Exit(1)
	}
}

// doubleDashes lets flags be written with one dash, "-json" as well as "--json".
func doubleDashes(args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		if len(arg) > 2 && arg[0] == '-' && arg[1] != '-' && (arg[1] < '0' || arg[1] > '9') {
			arg = "-" + arg
		}
		out[i] = arg
	}
	return out
}
