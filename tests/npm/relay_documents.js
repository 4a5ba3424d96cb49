// What relay-compiler makes artifacts of; relay_client.mjs runs them.
import { graphql } from "relay-runtime";

graphql`
  query relayDocumentsViewerQuery($count: Int!) {
    viewer {
      id
      displayName
      player {
        id
        ...relayDocumentsPlans @arguments(count: $count)
        ...relayDocumentsName
      }
    }
  }
`;

graphql`
  fragment relayDocumentsName on Player @refetchable(queryName: "relayDocumentsNameRefetchQuery") {
    displayName
    timeZone
  }
`;

graphql`
  fragment relayDocumentsPlans on Player
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "relayDocumentsPlansPaginationQuery") {
    plans(first: $count, after: $cursor) @connection(key: "relayDocuments_plans") {
      edges {
        node {
          id
          title
        }
      }
    }
  }
`;

graphql`
  query relayDocumentsNodeQuery($id: ID!) {
    node(id: $id) {
      __typename
      id
      ... on Plan {
        title
        microcycles {
          sessions {
            id
            title
          }
        }
      }
    }
  }
`;

graphql`
  mutation relayDocumentsCompressMutation($input: CompressSessionInput!) {
    compressSession(input: $input) {
      __typename
      ... on CompressSessionSuccess {
        status
        session {
          id
          timeCrunchMinutes
        }
      }
      ... on Error {
        code
        message
      }
    }
  }
`;
