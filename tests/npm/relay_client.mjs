// Relay's runtime with what its compiler made, against the address in its argument; prints one JSON object.
import { pathToFileURL } from "node:url";
import relay from "relay-runtime";

const { url, token, planId, sessionId, artifacts } = JSON.parse(process.argv[2]);
const { commitLocalUpdate, commitMutation, ConnectionHandler, createOperationDescriptor } = relay;
const { Environment, fetchQuery, Network, RecordSource, Store } = relay;

async function artifact(name) {
  return (await import(pathToFileURL(`${artifacts}/${name}.graphql.js`))).default;
}

const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create(async (request, variables) => {
    const answer = await fetch(url, {
      method: "POST",
      headers: {
        accept: "application/graphql-response+json",
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ query: request.text, operationName: request.name, variables }),
    });
    return answer.json();
  }),
});

const fetched = async (name, variables) =>
  fetchQuery(environment, await artifact(name), variables, { fetchPolicy: "network-only" }).toPromise();

function connection(playerId) {
  let found;
  commitLocalUpdate(environment, (store) => {
    const plans = ConnectionHandler.getConnection(store.get(playerId), "relayDocuments_plans");
    const page = plans.getLinkedRecord("pageInfo");
    found = {
      titles: plans.getLinkedRecords("edges").map((each) => each.getLinkedRecord("node").getValue("title")),
      hasNextPage: page.getValue("hasNextPage"),
      endCursor: page.getValue("endCursor"),
    };
  });
  return found;
}

// As a mounted component does: what nothing retains is collected.
const shown = await artifact("relayDocumentsViewerQuery");
environment.retain(createOperationDescriptor(shown, { count: 2 }));
const { viewer } = await fetched("relayDocumentsViewerQuery", { count: 2 });
const playerId = viewer.player.id;
const first = connection(playerId);
let last = first;
while (last.hasNextPage) {
  await fetched("relayDocumentsPlansPaginationQuery", { id: playerId, count: 2, cursor: last.endCursor });
  last = connection(playerId);
}
await fetched("relayDocumentsNameRefetchQuery", { id: playerId });
const { node } = await fetched("relayDocumentsNodeQuery", { id: planId });
const mutation = await artifact("relayDocumentsCompressMutation");
const input = { planId, sessionId, targetMinutes: 30, source: "cta" };
const { compressSession } = await new Promise((onCompleted, onError) => {
  commitMutation(environment, { mutation, variables: { input }, onCompleted, onError });
});
const gone = await fetched("relayDocumentsNodeQuery", { id: "nothing" });

console.log(
  JSON.stringify({
    displayName: viewer.displayName,
    refetched: environment.getStore().getSource().get(playerId).timeZone,
    firstPage: first.titles,
    allPages: last.titles,
    node: { type: node.__typename, title: node.title, sessions: node.microcycles.flatMap((each) => each.sessions).length },
    compressed: compressSession,
    gone: gone.node,
  }),
);
