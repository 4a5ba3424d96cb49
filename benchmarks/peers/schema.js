// The part of Taper's schema that the four reads ask for; ids are plain keys of the tables.
import DataLoader from "dataloader";
import * as database from "./database.js";

export const typeDefs = `
  type Query { plan(id: ID!): Plan  session(id: ID!): Session  viewer: Viewer! }
  type Viewer { plans(first: Int!): PlanConnection! }
  type PlanConnection { edges: [PlanEdge!]! }
  type PlanEdge { node: Plan! }
  type Plan { id: ID!  title: String!  startsOn: String!  microcycles: [Microcycle!]! }
  type Microcycle { ordinal: Int!  startsOn: String!  sessions: [Session!]! }
  type Session {
    id: ID!  title: String!  scheduledOn: String  plannedMinutes: Int  prescriptions: [Prescription!]!
  }
  type Prescription { position: Int!  role: String!  exercise: Exercise!  sets: [SetPrescription!]! }
  type Exercise { name: String!  pattern: String! }
  type SetPrescription { ordinal: Int!  repsMin: Int  repsMax: Int }
`;

// What hangs on an object: which function gives it for many, and by which of the object's columns.
export const links = {
  Plan: { microcycles: [database.microcyclesOf, "id"] },
  Microcycle: { sessions: [database.sessionsOf, "id"] },
  Session: { prescriptions: [database.prescriptionsOf, "id"] },
  Prescription: { exercise: [database.exercises, "exercise_id"], sets: [database.setsOf, "id"] },
};

export const roots = {
  Query: {
    plan: async (_, { id }) => (await database.plans([id]))[0],
    session: async (_, { id }) => (await database.sessions([id]))[0],
    viewer: () => ({}),
  },
  Viewer: {
    // Nobody signs in here: COACH says whose plans they are.
    plans: async (_, { first }) => {
      const plans = await database.plansOfCoach(process.env.COACH, first);
      return { edges: plans.map((node) => ({ node })) };
    },
  },
};

// For servers without loaders of their own: one DataLoader for each link and request, made when it is first asked.
export const resolvers = { ...roots };
for (const [type, fields] of Object.entries(links)) {
  resolvers[type] = {};
  for (const [field, [many, column]] of Object.entries(fields)) {
    resolvers[type][field] = (parent, _, context) => {
      context.loaders ??= new Map();
      let loader = context.loaders.get(many);
      if (!loader) context.loaders.set(many, (loader = new DataLoader(many)));
      return loader.load(parent[column]);
    };
  }
}
