// TypeScript's types of the schema and of the documents in the folder that is named, written into it.
import { generate } from "@graphql-codegen/cli";

const { schema, folder } = JSON.parse(process.argv[2]);
const scalars = { Date: "string", DateTime: "string", JSON: "unknown", Time: "string" };
const config = { strictScalars: true, scalars, enumsAsTypes: true };

await generate(
  {
    schema,
    documents: `${folder}/*.graphql`,
    silent: true,
    generates: {
      [`${folder}/schema.ts`]: { plugins: ["typescript"], config },
      [`${folder}/operations.ts`]: { plugins: ["typescript-operations"], config },
    },
  },
  true,
);
console.log("{}");
