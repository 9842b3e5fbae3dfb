package neo4j

import (
	"cmp"
	"context"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/bolt"
)

// Examination is what a server is, and what it lets the user do in the database.
type Examination struct {
	Version, Edition string
	User             string   // "anybody" where the server asks nobody who they are
	Roles            []string // none in the Community edition
	Nodes            int64    // that the user may read
	Writes           bool     // whether the user may write
}

const (
	askKernel = "CALL dbms.components() YIELD name, versions, edition WITH * WHERE name = 'Neo4j Kernel' RETURN versions[0] AS version, edition"
	askUser   = "SHOW CURRENT USER YIELD user, roles RETURN user, coalesce(roles, []) AS roles"
	tryWrite  = "CREATE (n:_ChokepointProbe) DELETE n"
)

// Examine asks a server what it is. It needs no store there and changes nothing.
func Examine(ctx context.Context, address string, c bolt.Credentials) (x Examination, err error) {
	server, err := bolt.Open(ctx, address, c)
	if err != nil {
		return x, err
	}
	defer server.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing was written
	err = server.Do(ctx, neo4j.AccessModeRead, func(s neo4j.SessionWithContext) error {
		kernel, err := only(ctx, s, askKernel)
		if err != nil {
			return err
		}
		user, err := only(ctx, s, askUser)
		if err != nil {
			return err
		}
		nodes, err := only(ctx, s, countNodes)
		x.Version, _ = kernel["version"].(string)
		x.Edition, _ = kernel["edition"].(string)
		x.User = cmp.Or(text(user["user"]), "anybody")
		x.Nodes, _ = nodes["nodes"].(int64)
		roles, _ := user["roles"].([]any)
		for _, r := range roles {
			role, _ := r.(string)
			x.Roles = append(x.Roles, role)
		}
		return err
	})
	if err != nil {
		return x, bolt.Problem(ctx, err)
	}
	err = server.Do(ctx, neo4j.AccessModeWrite, func(s neo4j.SessionWithContext) error { return tryToWrite(ctx, s) })
	if err != nil && bolt.CodeOf(err) == "" { // no answer is no refusal
		return x, bolt.Problem(ctx, err)
	}
	x.Writes = err == nil
	return x, nil
}

// only returns the one row of a question, nil if there is none.
func only(ctx context.Context, s neo4j.SessionWithContext, text cypher) (map[string]any, error) {
	result, err := s.Run(ctx, string(text), nil, bolt.Named("doctor", bolt.ReadTimeout))
	if err != nil {
		return nil, err
	}
	rows, err := result.Collect(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return rows[0].AsMap(), nil
}

// tryToWrite writes and takes it back.
func tryToWrite(ctx context.Context, s neo4j.SessionWithContext) error {
	tx, err := s.BeginTransaction(ctx, bolt.Named("doctor", bolt.ReadTimeout))
	if err != nil {
		return err
	}
	result, err := tx.Run(ctx, tryWrite, nil)
	if err == nil {
		_, err = result.Consume(ctx)
	}
	if back := tx.Rollback(context.WithoutCancel(ctx)); err == nil {
		err = back
	}
	return err
}
