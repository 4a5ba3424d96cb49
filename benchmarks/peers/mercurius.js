// Mercurius as its documentation has it for speed: compiled after the first run, its own batching loaders.
import Fastify from "fastify";
import mercurius from "mercurius";
import { links, roots, typeDefs } from "./schema.js";

const loaders = {};
for (const [type, fields] of Object.entries(links)) {
  loaders[type] = {};
  for (const [field, [many, column]] of Object.entries(fields)) {
    loaders[type][field] = {
      loader: (queries) => many(queries.map(({ obj }) => obj[column])),
      opts: { cache: false }, // batches still; to remember within a request costs more than it spares here
    };
  }
}

const app = Fastify({ logger: false });
await app.register(mercurius, { schema: typeDefs, resolvers: roots, loaders, jit: 1, graphiql: false });
await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
