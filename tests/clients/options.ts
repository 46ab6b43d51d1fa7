import { parseArgs } from "node:util";

export const usage = `npm run test:clients -- [options]
  --only NAMES       clients or SDKs whose name holds one of these, such as "openai-python,java"
  --scenario NAMES   only scenarios whose name holds one of these
  --newest           take the newest versions of the SDKs and write them to versions.json
  --json FILE        write every cell, with what went over the wire where it is wrong
  --markdown         print the table of docs/clients.md
  --write-docs       write that table to docs/clients.md
  --at-once N        clients at a time (default 2)
`;

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    scenario: { type: "string" },
    newest: { type: "boolean", default: false },
    json: { type: "string" },
    markdown: { type: "boolean", default: false },
    "write-docs": { type: "boolean", default: false },
    "at-once": { type: "string", default: "2" },
    help: { type: "boolean", default: false },
  },
});

export const options = values;

/** Whether one of the names wished for is part of this one; every one is when none was wished for. */
export function isChosen(wished: string | undefined, ...names: readonly string[]): boolean {
  return wished === undefined || wished.split(",").some((wish) => names.some((name) => name.includes(wish)));
}
