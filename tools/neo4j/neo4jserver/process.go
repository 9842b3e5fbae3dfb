package neo4jserver

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
)

// Process is a program that was started; done closes when it has ended.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// Launch starts cmd so that it ends with this process, where the system can do that.
func Launch(cmd *exec.Cmd) (*Process, error) {
	tie(cmd)
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// Linux ties the program to the thread that started it, not to the process:
		// the thread has to live as long as the program.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait() //nolint:errcheck // how it ended stands in its log
		}
		close(p.done)
	}()
	return p, <-started
}

// Running says whether the program has not ended.
func (p *Process) Running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Kill ends the program at once (SIGKILL) and waits for its end.
func (p *Process) Kill() error {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	<-p.done
	return nil
}
