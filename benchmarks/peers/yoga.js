// GraphQL Yoga with envelop's JIT and DataLoader; it remembers parsed and validated documents by itself.
import { createServer } from "node:http";
import { useGraphQlJit } from "@envelop/graphql-jit";
import { createSchema, createYoga } from "graphql-yoga";
import { resolvers, typeDefs } from "./schema.js";

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  plugins: [useGraphQlJit()],
  context: () => ({}),
  graphiql: false,
  landingPage: false,
  logging: false,
});
createServer(yoga).listen(Number(process.env.PORT), "127.0.0.1");
