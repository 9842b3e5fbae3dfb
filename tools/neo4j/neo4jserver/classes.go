package neo4jserver

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// classes returns the option of Java that loads the classes of Neo4j from an archive
// (class data sharing): a server then needs half of the time and of the processor to
// come up. The archive is made once for a version and a Java, from a server that
// runs a few statements and stops, which takes some 20 seconds.
func classes(ctx context.Context, version, java, jars string) (string, error) {
	info, err := os.Stat(java)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", java, info.Size(), info.ModTime()))
	archive := fmt.Sprintf("%s-%x.jsa", jars, sum[:4])
	option := "-XX:SharedArchiveFile=" + archive
	if exists(archive) {
		return option, nil
	}
	release, err := Hold(ctx, jars+".lock")
	if err != nil {
		return "", err
	}
	defer release()
	if exists(archive) { // another process was first
		return option, nil
	}
	part := archive + ".part"
	if err := rehearse(ctx, version, java, jars, part); err != nil {
		return "", err
	}
	return option, os.Rename(part, archive)
}

// rehearse runs a server that writes the archive when it ends.
func rehearse(ctx context.Context, version, java, jars, archive string) error {
	s, err := start(ctx, Options{Version: version}, java, jars, "-XX:ArchiveClassesAtExit="+archive)
	if err != nil {
		return err
	}
	err = s.ask(ctx, "", func(ctx context.Context, d neo4j.DriverWithContext) error {
		for _, statement := range rehearsed {
			if _, err := neo4j.ExecuteQuery(ctx, d, statement, nil, neo4j.EagerResultTransformer, neo4j.ExecuteQueryWithDatabase("neo4j")); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, s.Stop(ctx), s.Close()) // the archive is written while it stops
}

// rehearsed are statements of the kinds that tests send, for the classes that they
// make the server load.
var rehearsed = []string{
	"CREATE CONSTRAINT a FOR (n:A) REQUIRE n.id IS UNIQUE",
	"CREATE CONSTRAINT b FOR ()-[r:B]-() REQUIRE r.id IS UNIQUE",
	"CREATE INDEX c FOR (n:A) ON (n.at)",
	"CREATE FULLTEXT INDEX d FOR (n:A) ON EACH [n.name]",
	"CALL db.awaitIndexes(60)",
	"UNWIND range(1, 1000) AS i MERGE (n:A {id: i}) ON CREATE SET n += {name: 'x' + i, at: datetime()}",
	"UNWIND range(2, 1000) AS i MATCH (m:A {id: i}), (n:A {id: i - 1}) MERGE (m)-[r:B {id: i}]->(n) SET r.x = [1, 2]",
	"MATCH (n:A)-[r]->(m) WHERE n.id < 100 RETURN n, labels(n), type(r), properties(r), count(m) ORDER BY n.id LIMIT 10",
	"CALL db.index.fulltext.queryNodes('d', 'x1') YIELD node, score RETURN node.id, score",
	"MATCH (n) DETACH DELETE n",
}
