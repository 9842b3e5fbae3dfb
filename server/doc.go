// Package server is the HTTP side of Chokepoint: it finds out who asks, bounds
// what they ask for before any work is done, runs the operation on gqlgen's
// executor, and lets no internal word out.
//
// A request passes these doors in order, and each one answers on its own:
//
//	guard        Host must be this machine, Origin must be our own        403
//	viewer       bearer token → access.Viewer, before the body is read     401
//	request      media types, 1 MiB, strict JSON                           405 406 413 415 400
//	gate         tokens, depth, aliases, fields, merges, variables         COMPLEXITY_LIMIT_EXCEEDED, BAD_USER_INPUT
//	executor     parse and validate                                        GRAPHQL_PARSE_FAILED, GRAPHQL_VALIDATION_FAILED
//	cost         fields × page sizes + fixed weights of analyses           COMPLEXITY_LIMIT_EXCEEDED
//	session      Options.Session puts the viewer's door into the context
//	presenter    *graph.Error passes with its message, all else is INTERNAL
//
// The pages of package web are the same for everybody and pass the guard alone; what
// they show they ask like any other client.
//
// There is no authentication yet beyond development tokens, so the server binds
// loopback addresses only.
package server
