package main

import (
	"syscall"
	"time"
)

// pauseUntil waits, exact to some 60 µs. The runtime's timers may be a millisecond
// late while nothing else happens, which would be counted against the server.
func pauseUntil(due time.Time) {
	for d := time.Until(due); d > 0; d = time.Until(due) {
		t := syscall.NsecToTimespec(int64(d))
		_ = syscall.Nanosleep(&t, nil) // interrupted: the loop sleeps on
	}
}
