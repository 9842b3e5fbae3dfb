//go:build !linux

package main

import "time"

// pauseUntil waits; the runtime's timers may be a millisecond late.
func pauseUntil(due time.Time) { time.Sleep(time.Until(due)) }
