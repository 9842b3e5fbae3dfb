package server

import "time"

// TakeWithin sets how long clients may take to take a message, for tests.
func (s *Server) TakeWithin(d time.Duration) { s.takeTimeout = d }

// PingEvery sets how often silent connections are looked at, for tests.
func (s *Server) PingEvery(d time.Duration) { s.pingEvery = d }

// CloseWithin sets how long operations may take to finish when the server stops, for tests.
func (s *Server) CloseWithin(d time.Duration) { s.closeTimeout = d }

// DocumentIn is documentIn, for tests.
var DocumentIn = documentIn
