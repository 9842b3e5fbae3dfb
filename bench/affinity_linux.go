package main

import (
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// startOn starts a command that keeps to one processor, if there are several: what the
// client does then is no work of the server's, as if it were on a machine of its own.
func startOn(cmd *exec.Cmd, processor int) error {
	if runtime.NumCPU() == 1 {
		return cmd.Start()
	}
	runtime.LockOSThread() // a child is bound as the thread that makes it is
	defer runtime.UnlockOSThread()
	var all, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return err
	}
	one.Set(processor)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return err
	}
	defer unix.SchedSetaffinity(0, &all) //nolint:errcheck // it was so before
	return cmd.Start()
}
