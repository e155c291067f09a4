//go:build linux

package load

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// process is a server under test, apart from its callers so that its CPU time can be told apart.
type process struct {
	*exec.Cmd
	base string // http://host:port
	log  string
}

// start runs a server that listens at the address it is given.
func start(b testing.TB, name string, args []string, env func(address string) []string) *process {
	b.Helper()
	address := freeAddress(b)
	p := &process{Cmd: exec.Command(name, append(args, addressArgs(args, address)...)...), base: "http://" + address, log: filepath.Join(b.TempDir(), "log")}
	log, err := os.Create(p.log)
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	p.Stdout, p.Stderr = log, log
	p.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, env(address)...)
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { p.stop(b) })
	p.await(b)
	return p
}

// addressArgs are for the one role that is told by a flag where to listen.
func addressArgs(args []string, address string) []string {
	if len(args) > 0 && args[0] == "dev" {
		return []string{"--addr", address}
	}
	return nil
}

func freeAddress(b testing.TB) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func (p *process) await(b testing.TB) {
	b.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if answer, err := http.Get(p.base + "/healthz"); err == nil {
			answer.Body.Close() // the worker has metrics only: any answer will do
			return
		}
	}
	said, _ := os.ReadFile(p.log)
	b.Fatalf("%s does not answer: %s", p.Path, said)
}

// stop asks the server to end and waits for it; one that does not is killed.
func (p *process) stop(b testing.TB) {
	if p.ProcessState != nil {
		return
	}
	p.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(10*time.Second, func() { p.Process.Kill() })
	defer timer.Stop()
	p.Wait()
}

// cpu is the CPU time the server has used so far.
func (p *process) cpu(b testing.TB) time.Duration { return cpuOf(b, p.Process.Pid) }

func cpuOf(b testing.TB, pid int) time.Duration {
	var at unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|2, &at); err != nil { // the CPU clock of a process: clock_getcpuclockid(3)
		return 0 // it has ended
	}
	return time.Duration(at.Nano())
}

// rss is the memory the server holds, in bytes.
func (p *process) rss(b testing.TB) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	kb, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
	if err != nil {
		b.Fatal(err)
	}
	return kb << 10
}

// cpuOfAll is the CPU time of every process with a name: the databases.
func cpuOfAll(b testing.TB, name string) (sum time.Duration) {
	names, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, path := range names {
		comm, err := os.ReadFile(path)
		if err != nil || strings.TrimSpace(string(comm)) != name {
			continue
		}
		if pid, err := strconv.Atoi(strings.Split(path, "/")[2]); err == nil {
			sum += cpuOf(b, pid)
		}
	}
	return sum
}

// buildProduct builds the program.
func buildProduct(b testing.TB) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "ripoti")
	if said, err := exec.Command("go", "build", "-o", path, "ripoti/cmd/ripoti").CombinedOutput(); err != nil {
		b.Fatalf("build: %v: %s", err, said)
	}
	return path
}
