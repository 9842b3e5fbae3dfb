package server

import "time"

// TakeWithin sets how long clients may take to take a message, for tests.
func (s *Server) TakeWithin(d time.Duration) { s.takeTimeout = d }

// PingEvery sets how often silent connections are looked at, for tests.
func (s *Server) PingEvery(d time.Duration) { s.pingEvery = d }

// DocumentIn is documentIn, for tests.
var DocumentIn = documentIn
