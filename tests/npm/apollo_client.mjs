// Apollo Client against the address in its argument: prints one JSON object of what came of each step.
import { createHash } from "node:crypto";
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { Defer20220824Handler, GraphQL17Alpha9Handler } from "@apollo/client/incremental";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";

const { url, token, planId, sessionId, schema } = JSON.parse(process.argv[2]);
const requests = [];
const noted = (address, init) => {
  const sent = `${address}${init.body ?? ""}`;
  requests.push({ method: init.method ?? "GET", withText: /query=|"query"/.test(sent) });
  return fetch(address, init);
};
const http = new HttpLink({ uri: url, fetch: noted, headers: { authorization: `Bearer ${token}` } });
const client = (link = http) =>
  new ApolloClient({ link, cache: new InMemoryCache({ possibleTypes: schema }) });

const PLANS = gql`query Plans { viewer { id plans(first: 3) { edges { node { id title } } } } }`;
const ONE_WRONG = gql`query OneWrong($id: ID!) { viewer { id } plan(id: $id) { title } }`;
const DEFERRED = gql`
  query Deferred($id: ID!) {
    viewer { id ... @defer { plans(first: 3) { edges { node { id title } } } } }
    ... @defer { plan(id: $id) { title } }
  }`;
const SESSION = gql`query Session($id: ID!) { session(id: $id) { id timeCrunchMinutes } }`;
const COMPRESS = gql`
  mutation Compress($input: CompressSessionInput!) {
    compressSession(input: $input) {
      ... on CompressSessionSuccess { status session { id timeCrunchMinutes } }
      ... on Error { code message }
    }
  }`;

async function withPolicy(errorPolicy) {
  const variables = { id: "nothing" };
  try {
    const { data, error } = await client().query({ query: ONE_WRONG, variables, errorPolicy });
    return { viewer: Boolean(data?.viewer), plan: data?.plan, codes: codesOf(error) };
  } catch (error) {
    return { rejected: codesOf(error) };
  }
}

async function deferred(incrementalHandler) {
  const apollo = new ApolloClient({ link: http, cache: new InMemoryCache({ possibleTypes: schema }), incrementalHandler });
  const had = [];
  const watching = apollo.watchQuery({ query: DEFERRED, variables: { id: "nothing" }, errorPolicy: "all" });
  const last = await new Promise((resolve) => {
    watching.subscribe((result) => {
      if (result.dataState === "streaming") had.push(Boolean(result.data.viewer.plans));
      if (!result.loading && result.dataState !== "empty") resolve(result);
    });
  });
  const titles = last.data.viewer.plans.edges.map(({ node }) => node.title);
  return { beganWithout: had[0] === false, titles, codes: codesOf(last.error) };
}

function codesOf(error) {
  if (!error) return [];
  if (!CombinedGraphQLErrors.is(error)) return [String(error)];
  return error.errors.map((each) => each.extensions.code);
}

async function mutated() {
  const apollo = client();
  const variables = { id: sessionId };
  const seen = [];
  const watching = apollo.watchQuery({ query: SESSION, variables });
  const done = new Promise((resolve) => {
    watching.subscribe(({ data }) => {
      if (data?.session) seen.push(data.session.timeCrunchMinutes);
      if (seen.length === 2) resolve();
    });
  });
  await watching.result?.();
  await apollo.query({ query: SESSION, variables });
  const input = { planId, sessionId, targetMinutes: 30, source: "cta" };
  const { data } = await apollo.mutate({ mutation: COMPRESS, variables: { input } });
  await done; // the session that the mutation brought is the one that is watched
  const refused = await apollo.mutate({
    mutation: COMPRESS,
    variables: { input: { ...input, targetMinutes: 1 } },
  });
  const { __typename: type, code } = refused.data.compressSession;
  return { status: data.compressSession.status, seen, refused: { type, code } };
}

async function persisted() {
  requests.length = 0;
  const sha256 = (text) => createHash("sha256").update(text).digest("hex");
  const link = ApolloLink.from([new PersistedQueryLink({ sha256, useGETForHashedQueries: true }), http]);
  const titles = [];
  for (let n = 0; n < 2; n += 1) {
    const { data } = await client(link).query({ query: PLANS });
    titles.push(data.viewer.plans.edges.length);
  }
  return { titles, requests: [...requests] };
}

const { data } = await client().query({ query: PLANS });
console.log(
  JSON.stringify({
    titles: data.viewer.plans.edges.map(({ node }) => node.title),
    policies: { none: await withPolicy("none"), all: await withPolicy("all"), ignore: await withPolicy("ignore") },
    mutated: await mutated(),
    persisted: await persisted(),
    deferred: [await deferred(new Defer20220824Handler()), await deferred(new GraphQL17Alpha9Handler())],
  }),
);
