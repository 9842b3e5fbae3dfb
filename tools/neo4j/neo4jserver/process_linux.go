package neo4jserver

import (
	"os/exec"
	"syscall"
)

// tie has the kernel kill the program when the thread that starts it ends.
func tie(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
