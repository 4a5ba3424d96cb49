// Runs the audits of graphql-http against the address in the first argument; prints one JSON list of results.
import { serverAudits } from "graphql-http";

// A GET without a header that browsers ask leave for is refused: a second run has one.
const extra = process.argv[3] === "with-header" ? { "x-requested-with": "audits" } : {};
const asked = (url, init) => fetch(url, { ...init, headers: { ...init?.headers, ...extra } });

const results = [];
for (const audit of serverAudits({ url: process.argv[2], fetchFn: asked })) {
  const { id, name, status, reason } = await audit.fn();
  results.push({ id, name, status, reason: reason ?? null });
}
console.log(JSON.stringify(results));
