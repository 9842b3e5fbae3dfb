// Package graph holds the words of the domain: identifiers, records and links as
// one source states them, handling markings, grades, instants, revisions and the
// closed set of errors that cross package borders. It does no input or output
// and imports only the standard library.
//
// A [Record] says what one source said of one thing; a [Link] what it said of a
// connection between two. An [Entity] is what one viewer sees of a real thing:
// the visible records that visible judgements hold to be the same, fused.
package graph
