package neo4j

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
)

// migrations lead from version i to version i+1 of the data. They are never
// changed once released; what is new comes after. Each runs once, in one
// transaction with the new version number. Constraints and indexes are not their
// business: see [wantedSchema].
var migrations = []cypher{
	// 1: the head, which every writer locks, with the secret of the store.
	"MERGE (h:_Head {id: 'head'}) ON CREATE SET h.revision = 0, h.secret = $secret",
}

const (
	readSchema = "OPTIONAL MATCH (s:_Schema {id: 'schema'}) RETURN s.version AS version"
	// lockSchema waits for whoever migrates just now. The lock is taken before the
	// version is read.
	lockSchema = "MERGE (s:_Schema {id: 'schema'}) ON CREATE SET s.version = 0 SET s._lock = true REMOVE s._lock RETURN s.version AS version"
	setSchema  = "MATCH (s:_Schema {id: 'schema'}) SET s.version = $version"
	readSecret = "MATCH (h:_Head {id: 'head'}) RETURN h.secret AS secret"

	showConstraints = "SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties RETURN name, type, labelsOrTypes, properties"
	showIndexes     = "SHOW INDEXES YIELD name, state, type, entityType, labelsOrTypes, properties, options, owningConstraint RETURN name, state, type, entityType, labelsOrTypes, properties, options, owningConstraint"
	awaitIndexes    = "UNWIND $names AS name CALL db.awaitIndex(name, $seconds) RETURN count(*)"

	countNodes = "MATCH (n) RETURN count(n) AS nodes"
	// someLabels names what a database holds; a sample is enough.
	someLabels = "MATCH (n) WITH n LIMIT 10000 UNWIND labels(n) AS label RETURN label, count(*) AS nodes ORDER BY nodes DESC, label LIMIT 5"
)

// populationTime bounds the wait for new indexes on a database that is full already.
const populationTime = 5 * time.Minute

// prepare makes the database a store, or makes sure that it is one: the version of
// its data, constraints and indexes. With everything in place it asks three
// questions and changes nothing. Several programs may prepare one database at once.
func (d *Driver) prepare(ctx context.Context, o Options) error {
	version, err := d.schemaVersion(ctx)
	if err != nil {
		return err
	}
	switch {
	case version > int64(len(migrations)):
		return graph.Errorf(graph.BadUserInput, "the store has version %d and this program reads up to version %d; use a newer chokepoint", version, len(migrations))
	case version == 0 && o.MustExist:
		return graph.Errorf(graph.NotFound, "there is no store in this Neo4j database; `chokepoint import` makes one")
	case version == 0:
		if err := d.refuseForeign(ctx); err != nil {
			return err
		}
	}
	have, err := d.schemaRules(ctx)
	if err != nil {
		return err
	}
	missing, broken := have.compare(d.wanted)
	if err := d.knownKinds(ctx); err != nil {
		return err
	}
	if o.Schema == CheckSchema {
		return checkSchema(version, missing, broken)
	}
	if len(missing) > 0 {
		if err := d.createSchema(ctx, missing); err != nil {
			return err
		}
	} else if len(broken) > 0 {
		return conflicts(broken)
	}
	return d.migrate(ctx, version)
}

const kindsHeld cypher = "MATCH (d:_Dataset) UNWIND d.kinds AS kind RETURN DISTINCT kind ORDER BY kind"

// knownKinds refuses a store that holds links of kinds that the ontology lacks: they
// would be missing from answers without a word.
func (d *Driver) knownKinds(ctx context.Context) error {
	rows, err := d.read(ctx, "schema", kindsHeld, nil)
	if err != nil {
		return err
	}
	var unknown []string
	for _, row := range rows {
		if kind := text(row.Values[0]); d.statements.findLinks[graph.LinkKind(kind)] == "" {
			unknown = append(unknown, kind)
		}
	}
	if len(unknown) > 0 {
		return graph.Errorf(graph.Conflict, "the store holds links of kinds that this program does not know: %s; use the version that wrote them, or delete those links with it first", few(unknown))
	}
	return nil
}

func checkSchema(version int64, missing []wanted, broken []string) error {
	if version == 0 {
		return graph.Errorf(graph.Conflict, "there is no store in this Neo4j database, and --schema=check makes none; start once with --schema=apply")
	}
	if version < int64(len(migrations)) {
		broken = append(broken, fmt.Sprintf("the store has version %d, this program wants %d", version, len(migrations)))
	}
	for _, w := range missing {
		broken = append(broken, w.name+" is missing")
	}
	if len(broken) == 0 {
		return nil
	}
	return graph.Errorf(graph.Conflict, "the schema of the Neo4j database is not as it should be: %s; start once with --schema=apply", few(broken))
}

func conflicts(broken []string) error {
	return graph.Errorf(graph.Conflict, "the schema of the Neo4j database is not as it should be: %s; drop what is named here and start again", few(broken))
}

// few joins the first texts of a list and says how many more there are.
func few(list []string) string {
	const most = 8
	if len(list) <= most {
		return strings.Join(list, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(list[:most], "; "), len(list)-most)
}

// schemaVersion returns the version of the data, 0 where there is no store.
func (d *Driver) schemaVersion(ctx context.Context) (int64, error) {
	rows, err := d.readLatest(ctx, "schema version", readSchema, nil)
	if err != nil || len(rows) == 0 {
		return 0, err
	}
	version, _, err := neo4j.GetRecordValue[int64](rows[0], "version")
	return version, d.problem(ctx, err)
}

// refuseForeign refuses a database that holds something already: it is somebody
// else's, whose work constraints of ours would break, and who would not expect new
// nodes in it. What names begin with "_" is left behind by tools, not work.
func (d *Driver) refuseForeign(ctx context.Context) error {
	rows, err := d.readLatest(ctx, "count nodes", countNodes, nil)
	if err != nil {
		return err
	}
	nodes, _, err := neo4j.GetRecordValue[int64](rows[0], "nodes")
	if err != nil || nodes == 0 {
		return d.problem(ctx, err)
	}
	if rows, err = d.readLatest(ctx, "list labels", someLabels, nil); err != nil {
		return err
	}
	var labels []string
	for _, row := range rows {
		if label, _, _ := neo4j.GetRecordValue[string](row, "label"); !strings.HasPrefix(label, "_") {
			labels = append(labels, label)
		}
	}
	if len(labels) == 0 && len(rows) > 0 {
		return nil
	}
	return graph.Errorf(graph.Conflict, "this Neo4j database is not empty and no Chokepoint store: it holds %d nodes (%s). "+
		"A store wants a database of its own: name one by CHOKEPOINT_NEO4J_DATABASE. To work on what is here, read it into a store by `chokepoint import neo4j://… --mapping FILE`", nodes, strings.Join(labels, ", "))
}

// othersTime bounds the wait for another program that makes the same schema.
const othersTime = 30 * time.Second

// createSchema creates what is missing and waits until it can be used. Another
// program may be at the same: what it is making cannot be made, and is not there
// yet.
func (d *Driver) createSchema(ctx context.Context, missing []wanted) error {
	names := make([]string, len(missing))
	for i, w := range missing {
		names[i] = w.name
	}
	begun := time.Now()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		last, failure := d.tryToCreate(ctx, missing)
		if failure != nil && !strings.Contains(bolt.CodeOf(failure), ".Schema.") {
			return failure
		}
		have, err := d.schemaRules(ctx)
		if err != nil {
			return err
		}
		still, broken := have.compare(d.wanted)
		if len(broken) > 0 {
			return conflicts(broken)
		}
		if len(still) == 0 {
			return d.awaitIndexes(ctx, names)
		}
		if err := have.obstacle(last, failure); err != nil {
			return err
		}
		if time.Since(begun) > othersTime {
			return graph.Errorf(graph.Conflict, "%s cannot be made", still[0].name).Because(failure)
		}
		missing = still
		select {
		case <-ctx.Done():
			return d.problem(ctx, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// tryToCreate creates all or nothing of what is missing, and returns the last that
// it tried.
func (d *Driver) tryToCreate(ctx context.Context, missing []wanted) (last wanted, err error) {
	err = d.transact(ctx, "create schema", populationTime, func(tx neo4j.ManagedTransaction) error {
		for _, last = range missing {
			if err := run(ctx, tx, last.create, nil); err != nil {
				return err
			}
		}
		return nil
	})
	return last, err
}

// obstacle says why something can never be made, nil if it may just take time.
func (list rules) obstacle(w wanted, failure error) error {
	for _, r := range list {
		if r.kind == rangeIndex && r.name != w.name && r.on(&w) {
			return graph.Errorf(graph.Conflict, "%s cannot be made: the index %s holds its place; drop that and start again", w.name, r.name).Because(failure)
		}
	}
	if strings.HasSuffix(bolt.CodeOf(failure), ".ConstraintCreationFailed") {
		return graph.Errorf(graph.Conflict, "%s cannot be made: data that is there already breaks it; two %s have the same %s", w.name, w.label, w.property).Because(failure)
	}
	return nil
}

func (d *Driver) awaitIndexes(ctx context.Context, names []string) error {
	return d.patiently(ctx, func() error {
		return d.server.Do(ctx, neo4j.AccessModeRead, func(s neo4j.SessionWithContext) error {
			result, err := s.Run(ctx, awaitIndexes, parameters{"names": names, "seconds": int64(populationTime / time.Second)}, bolt.Named("await indexes", populationTime))
			if err == nil {
				_, err = result.Consume(ctx)
			}
			return err
		})
	})
}

// run runs one statement of a transaction that returns nothing of interest.
func run(ctx context.Context, tx neo4j.ManagedTransaction, statement cypher, p parameters) error {
	result, err := tx.Run(ctx, string(statement), p)
	if err == nil {
		_, err = result.Consume(ctx)
	}
	return err
}

// migrate brings the data to the newest version.
func (d *Driver) migrate(ctx context.Context, version int64) error {
	if version == int64(len(migrations)) {
		return nil
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	return d.transact(ctx, "migrate", bolt.WriteTimeout, func(tx neo4j.ManagedTransaction) error { return migrateIn(ctx, tx, secret) })
}

// transact runs work in one transaction that may write. It may run twice.
func (d *Driver) transact(ctx context.Context, operation string, timeout time.Duration, work func(neo4j.ManagedTransaction) error) error {
	return d.patiently(ctx, func() error {
		return d.server.Do(ctx, neo4j.AccessModeWrite, func(s neo4j.SessionWithContext) error {
			_, err := s.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) { return nil, work(tx) }, bolt.Named(operation, timeout))
			return err
		})
	})
}

func migrateIn(ctx context.Context, tx neo4j.ManagedTransaction, secret []byte) error {
	result, err := tx.Run(ctx, lockSchema, nil)
	if err != nil {
		return err
	}
	row, err := result.Single(ctx)
	if err != nil {
		return err
	}
	version, _, err := neo4j.GetRecordValue[int64](row, "version")
	if err != nil {
		return err
	}
	for i := int(version); i < len(migrations); i++ { // nothing, if another was first
		if err := run(ctx, tx, migrations[i], parameters{"secret": secret}); err != nil {
			return err
		}
		if err := run(ctx, tx, setSchema, parameters{"version": int64(i + 1)}); err != nil {
			return err
		}
	}
	return nil
}

// Drift returns in what the constraints and indexes of the database differ from
// those that the ontology asks for, for a person to read: missing, failed, not
// ready, of another type, or named like ours and not wanted. Nothing means that
// all is well.
func (d *Driver) Drift(ctx context.Context) ([]string, error) {
	have, err := d.schemaRules(ctx)
	if err != nil {
		return nil, err
	}
	missing, findings := have.compare(d.wanted)
	for _, w := range missing {
		findings = append(findings, w.name+" is missing")
	}
	for _, r := range have {
		if strings.HasPrefix(r.name, schemaPrefix) && !slices.ContainsFunc(d.wanted, func(w wanted) bool { return w.name == r.name }) {
			findings = append(findings, r.name+" is not wanted by the ontology; no harm, but it slows writes")
		}
		if r.state == "POPULATING" {
			findings = append(findings, r.name+" is still being filled")
		}
	}
	slices.Sort(findings)
	return findings, nil
}

// Secret implements [store.Driver].
func (d *Driver) Secret(ctx context.Context) ([]byte, error) {
	rows, err := d.read(ctx, "secret", readSecret, nil)
	if err != nil {
		return nil, err
	}
	if len(rows) == 1 {
		if secret, _, err := neo4j.GetRecordValue[[]byte](rows[0], "secret"); err == nil && len(secret) > 0 {
			return secret, nil
		}
	}
	return nil, graph.Errorf(graph.NotFound, "the store has lost its head node; restore a backup of the Neo4j database")
}
