// Package ingest is the contract between the readers of foreign formats and who
// stores what they read: a [Reader] turns rows into batches of records and links,
// and says of every row that it could not take where it stands and why. Readers
// know the domain and the ontology and nothing of any store.
package ingest
