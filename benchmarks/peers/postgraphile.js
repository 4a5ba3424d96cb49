// PostGraphile 5 with its recommended preset: the schema is made of the tables, the documents are its own.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { TYPES } from "postgraphile/@dataplan/pg";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { pool } from "./database.js";

// Whole numbers of 64 bits are numbers in the others' answers; by itself it makes them texts.
const wholeNumbers = {
  name: "WholeNumbers",
  version: "1.0.0",
  schema: {
    hooks: {
      init: {
        before: ["PgCodecs"],
        callback(_, build) {
          build.setGraphQLTypeForPgCodec(TYPES.bigint, ["input", "output"], "Int");
          return _;
        },
      },
    },
  },
};

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  plugins: [wholeNumbers],
  // It would hide sessions of a microcycle: their key is of two columns, and the index on the one that tells.
  disablePlugins: ["PgIndexBehaviorsPlugin"],
  schema: { defaultBehavior: "+list" }, // plain lists beside the connections, as the reads want them
  pgServices: [makePgService({ pool, schemas: ["public"] })],
  grafast: { explain: false },
  grafserv: { graphqlPath: "/graphql", graphiql: false, websockets: false, watch: false },
});
const server = createServer();
await instance.createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), "127.0.0.1");
