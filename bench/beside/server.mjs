// node server.mjs BOLT-URL: people and their associates through @neo4j/graphql and
// Apollo Server on a free port of 127.0.0.1, which it prints. User and password come
// from CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD; without them there are none.
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { Neo4jGraphQL } from "@neo4j/graphql";
import neo4j from "neo4j-driver";

const typeDefs = `
  type Person @node(labels: ["Entity", "Person"]) {
    id: ID!
    name: String!
    associates: [Person!]! @relationship(type: "ASSOCIATE_OF", direction: OUT, queryDirection: UNDIRECTED)
  }
`;

const { CHOKEPOINT_NEO4J_USER: user, CHOKEPOINT_NEO4J_PASSWORD: password } = process.env;
const driver = neo4j.driver(process.argv[2], user ? neo4j.auth.basic(user, password) : undefined);
const schema = await new Neo4jGraphQL({ typeDefs, driver }).getSchema();
const server = new ApolloServer({ schema, introspection: false, csrfPrevention: false });
const { url } = await startStandaloneServer(server, { listen: { host: "127.0.0.1", port: 0 } });
console.log(new URL(url).host);
