package neo4jserver

import (
	"os/exec"
	"runtime"
)

// process is a program that was started; done closes when it has ended.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// launch starts cmd so that it ends with this process, where the system can do that.
func launch(cmd *exec.Cmd) (*process, error) {
	tie(cmd)
	p := &process{cmd: cmd, done: make(chan struct{})}
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

func (p *process) running() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}
