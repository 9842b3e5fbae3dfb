// Package csv reads tables: edge lists and node lists as they are, and other
// tables through a mapping file. docs/import.md describes both.
//
// A table flows through four stages. The framer bounds what one row may cost,
// encoding/csv splits rows, workers make records and links of them, and the
// ledger, alone and in the order of the input, settles what depends on other
// rows: identical rows, repeated identifiers, ends that no row declares.
package csv
