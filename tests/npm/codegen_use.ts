// What a client's code looks like that leans on the generated types: compiled by tsc --strict, never run.
import type { CompressMutation, CompressMutationVariables, PlansQuery, PlansQueryVariables } from "./operations";
import type { Session, TimeCrunchSource } from "./schema";

const source: TimeCrunchSource = "cta";
export const variables: CompressMutationVariables = {
  input: { planId: "a", sessionId: "b", targetMinutes: 30, source },
};
export const page: PlansQueryVariables = { first: 10 };

export function titles(data: PlansQuery): string[] {
  return data.viewer.plans?.edges.map(({ node }) => `${node.title} from ${node.startsOn}`) ?? [];
}

export function told({ compressSession: answer }: CompressMutation): string {
  switch (answer.__typename) {
    case "CompressSessionSuccess":
      return `${answer.status}: ${answer.achievedMinutes ?? "no"} minutes`;
    case "TargetMinutesOutOfRangeError":
      return `${answer.lowestMinutes} to ${answer.highestMinutes} minutes`;
    default:
      return `${answer.code}: ${answer.message}`; // every other member is an Error
  }
}

export const minutes = (session: Session): number | null | undefined => session.actualMinutes;
