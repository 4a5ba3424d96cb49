// urql's core against the address in its argument: prints one JSON object of what came of each step.
import { Client, cacheExchange, fetchExchange, gql } from "@urql/core";

const { url, token, planId, sessionId } = JSON.parse(process.argv[2]);
const client = (preferGetMethod) =>
  new Client({
    url,
    exchanges: [cacheExchange, fetchExchange],
    preferGetMethod,
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
  });

const PLANS = gql`query Plans($first: Int!, $after: String) {
  viewer { id plans(first: $first, after: $after) {
    edges { node { id title } } pageInfo { hasNextPage endCursor } } } }`;
const REVERT = gql`mutation Revert($input: RevertCompressionInput!) {
  revertCompression(input: $input) { __typename ... on Error { code } } }`;
const NOTHING = gql`query Nothing($id: ID!) { viewer { id } plan(id: $id) { title } }`;

async function everything(urql) {
  const titles = [];
  let after = null;
  for (let pages = 0; pages < 20; pages += 1) {
    const { data, error } = await urql.query(PLANS, { first: 2, after }).toPromise();
    if (error) throw error;
    titles.push(...data.viewer.plans.edges.map(({ node }) => node.title));
    if (!data.viewer.plans.pageInfo.hasNextPage) break;
    after = data.viewer.plans.pageInfo.endCursor;
  }
  return titles;
}

const urql = client(false);
const wrong = await urql.query(NOTHING, { id: "nothing" }).toPromise();
const input = { planId, sessionId };
const reverted = await urql.mutation(REVERT, { input }).toPromise();
const nobody = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
const unauthorized = await nobody.query(NOTHING, { id: "x" }).toPromise();
console.log(
  JSON.stringify({
    titles: await everything(urql),
    byGet: await everything(client("force")),
    wrong: {
      viewer: Boolean(wrong.data?.viewer),
      codes: wrong.error.graphQLErrors.map((each) => each.extensions.code),
      network: wrong.error.networkError ?? null,
    },
    reverted: { ...reverted.data.revertCompression, failed: Boolean(reverted.error) },
    unauthorized: unauthorized.error.graphQLErrors.map((each) => each.extensions.code),
  }),
);
