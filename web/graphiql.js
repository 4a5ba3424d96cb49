// Opens GraphiQL with what the server put into the page: { endpoint, token, examples }.
"use strict";

const { endpoint, token, examples } = JSON.parse(document.getElementById("taper").textContent);
const link = new URLSearchParams(window.location.search);
const headers = token ? JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2) : undefined;

const tabs = examples.map(({ query, variables }) => ({ query, variables, headers }));
const fromLink = link.get("query");
if (fromLink) {
  tabs.unshift({ query: fromLink, variables: link.get("variables") ?? undefined, headers });
}

// The tabs are kept in the browser, the development token is not: it is put back, fresh, when the page opens.
const MARK = "{the development token}";
const read = (key) => localStorage.getItem(key)?.replaceAll(MARK, token ?? "") ?? null;

// GraphiQL keeps the open tab's parts a second time, but only those that were edited; where the two differ it
// opens one tab more at each visit. So they are read from the tab.
const PARTS = { "graphiql:query": "query", "graphiql:variables": "variables", "graphiql:headers": "headers" };
const openTab = () => {
  const { tabs, activeTabIndex } = JSON.parse(read("graphiql:tabState") ?? "{}");
  return tabs?.[activeTabIndex];
};

const storage = {
  getItem: (key) => (key in PARTS ? (openTab()?.[PARTS[key]] ?? null) : read(key)),
  setItem: (key, value) => localStorage.setItem(key, token ? value.replaceAll(token, MARK) : value),
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => localStorage.clear(),
  get length() {
    return localStorage.length;
  },
};

const url = new URL(endpoint, window.location.href);
const socket = new URL(url);
socket.protocol = url.protocol === "https:" ? "wss:" : "ws:";

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: url.href, subscriptionUrl: socket.href }),
    plugins: [GraphiQLPluginExplorer.explorerPlugin()],
    defaultTabs: tabs.length ? tabs : undefined,
    defaultHeaders: headers,
    query: fromLink ?? undefined,
    variables: link.get("variables") ?? undefined,
    storage,
    shouldPersistHeaders: Boolean(token),
    inputValueDeprecation: true,
    defaultEditorToolsVisibility: "variables",
  }),
);
