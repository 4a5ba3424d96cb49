// Follows something with one of the clients that people use, and prints what comes, a line of JSON each.
// The cursor of the last event goes into the variables, so that a client that comes back goes on from there.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient as createSse } from "graphql-sse";
import { createClient as createWs } from "graphql-ws";
import WebSocket from "ws";

const { client, url, token, query, variables, count } = JSON.parse(process.argv[2]);
const headers = { authorization: `Bearer ${token}` };
let seen = 0;
let sent = variables;
globalThis.WebSocket ??= WebSocket; // Node has none of its own before 22, and Apollo looks at it

function say(message) {
  process.stdout.write(JSON.stringify(message) + "\n");
}

function told(result) {
  if (result.error || result.errors) {
    say({ errors: (result.errors ?? result.error.errors ?? [result.error]).map((each) => each.extensions?.code ?? String(each)) });
    process.exit(0);
  }
  const [event] = Object.values(result.data);
  sent.after = event.cursor;
  say(event);
  seen += 1;
  if (seen === count) process.exit(0);
}

function failed(error) {
  const errors = Array.isArray(error) ? error : error.errors ?? [error];
  say({ errors: errors.map((each) => each.extensions?.code ?? each.code ?? String(each)) });
  process.exit(0);
}

const sink = { next: told, error: failed, complete: () => say({ complete: true }) };
const webSocket = () =>
  createWs({
    url: url.replace("http", "ws"),
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${token}` },
    retryAttempts: 1000,
    shouldRetry: () => true, // also while nobody listens
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 200)),
  });

// Apollo hands on a copy of the variables; this one is kept, and sent again when the client comes back.
const keepVariables = new ApolloLink((operation, forward) => {
  sent = operation.variables = { ...operation.variables };
  return forward(operation);
});

function apollo(transport) {
  const link = ApolloLink.from([keepVariables, transport]);
  const made = new ApolloClient({ link, cache: new InMemoryCache() });
  made.subscribe({ query: gql(query), variables, fetchPolicy: "no-cache", errorPolicy: "all" }).subscribe(sink);
}

const clients = {
  "graphql-ws": () => webSocket().subscribe({ query, variables }, sink),
  "graphql-sse": () =>
    createSse({
      url,
      headers,
      retryAttempts: 1000,
      retry: () => new Promise((resolve) => setTimeout(resolve, 200)),
    }).subscribe({ query, variables }, sink),
  "apollo over WebSocket": () => apollo(new GraphQLWsLink(webSocket())),
  "apollo over multipart": () => apollo(new HttpLink({ uri: url, headers })),
};

clients[client]();
