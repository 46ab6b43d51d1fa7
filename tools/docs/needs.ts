// What requests become for vendors that would refuse them as they come, in words, from the data of provider files.

import type { ProviderDefinition } from "@ghostllm/llm";

import { code, table } from "./markdown.ts";

type Quirks = NonNullable<ProviderDefinition["quirks"]>;
type Needs = Omit<Quirks, "models">;

const introduction = `## What is fitted

What a vendor, or a family of its models, would refuse is left out of a request or brought to what is taken, within one dialect by edits in the
text. What a client loses by it is named in \`x-ghostllm-notes\`. Fields are called as in OpenAI's chat dialect.`;

type Describe = (needs: Needs) => string | undefined;

const names = (list: readonly string[]): string => list.map(code).join(", ");
const when = (flag: unknown, text: string): string | undefined => (flag === undefined ? undefined : text);

const descriptions: readonly Describe[] = [
  ({ wholePairs }) => when(wholePairs, "no halves of surrogate pairs"),
  ({ refuses }) => when(refuses, `without ${names(refuses ?? [])}`),
  ({ refusesReasoning: refused }) =>
    refused && `while the model reasons without ${names(refused.fields)} (unless told it ${refused.untold})`,
  ({ refusesTogether: pairs = [] }) =>
    when(pairs[0], pairs.map(([kept, left]) => `${code(left)} not next to ${code(kept)}`).join(", ")),
  ({ calmThinking }) =>
    when(calmThinking, "next to thoughts no other temperature than 1, `top_p` from 0.95, no `top_k`"),
  ({ highest }) =>
    highest &&
    Object.entries(highest)
      .map(([name, value]) => `${code(name)} up to ${value}`)
      .join(", "),
  ({ stops }) => when(stops?.most, `${stops?.most ?? 0} stop sequences`),
  ({ stops }) => when(stops?.blank, "no stop sequence of spaces"),
  ({ outputLimit }) => outputLimit && `the limit of output as ${code(outputLimit)}`,
  ({ seed }) => seed && `the seed as ${code(seed)}`,
  ({ forcedCalls }) => forcedCalls && `forced calls are ${forcedCalls}`,
  ({ choiceNeedsTools }) => when(choiceNeedsTools, "no choice of tools without tools"),
  ({ strictToolNames }) => when(strictToolNames, "names of tools in the dialect's form"),
  ({ refusesCallIds: refused }) =>
    refused && `ids of calls not as ${code(refused.ids.source)}${refused.repeated ? ", and none twice" : ""}`,
  ({ wantsThoughts }) => when(wantsThoughts, "the thoughts behind its calls"),
  ({ callIds }) => callIds && `ids of calls of ${callIds}`,
  ({ messageFields }) => when(messageFields, "messages without fields of other vendors"),
  ({ roles }) =>
    roles &&
    Object.entries(roles)
      .map(([role, standIn]) => `role ${code(role)} as ${code(standIn ?? "")}`)
      .join(", "),
  ({ turns }) =>
    when(turns?.first, `a user speaks first${turns?.first === "user" ? "" : ", for clients of other dialects"}`),
  ({ turns }) => when(turns?.last, turns?.last === "prefix" ? "a last answer is a `prefix`" : "a user speaks last"),
  ({ turns }) => when(turns?.systemFirst, "the system speaks first"),
  ({ turns }) => when(turns?.alternates, "users and assistants take turns"),
  ({ turns }) => when(turns?.repliesToResults, "an assistant between results and a user"),
  ({ trimsLastText }) => when(trimsLastText, "no spaces at the end of a last answer"),
  ({ filledTexts }) => when(filledTexts, "no empty texts"),
  ({ pairs }) => when(pairs, "calls with their results"),
  ({ toolsOfCalls }) => when(toolsOfCalls, "tools of calls of old"),
  ({ sealedThoughts }) => when(sealedThoughts, "thoughts with their seals alone"),
  ({ thinkingBudget }) => when(thinkingBudget, "an effort in place of a budget of thoughts"),
  ({ systemTurns }) => systemTurns && `system messages in the midst of others are ${systemTurns}`,
];

function describe(needs: Needs): string {
  const told = descriptions.map((one) => one(needs)).filter((text) => text !== undefined && text !== "");
  return told.join("; ");
}

interface Row {
  readonly vendors: string[];
  readonly models: string;
  readonly told: string;
}

/** What several vendors need of the same models is one row. */
function rowsOf(providers: readonly ProviderDefinition[]): readonly (readonly string[])[] {
  const rows = new Map<string, Row>();
  for (const { label, quirks = {} } of providers) {
    const { models = [], ...vendor } = quirks;
    const told = [["all", vendor] as const, ...models.map(([name, needs]) => [code(name.source), needs] as const)];
    for (const [pattern, needs] of told) addRow(rows, label, pattern, describe(needs));
  }
  return [...rows.values()].map(({ vendors, models, told }) => [vendors.join(", "), models, told]);
}

function addRow(rows: Map<string, Row>, vendor: string, models: string, told: string): void {
  if (told === "") return;
  const key = JSON.stringify([models, told]);
  const row = rows.get(key) ?? { vendors: [], models, told };
  row.vendors.push(vendor);
  rows.set(key, row);
}

export function describeNeeds(providers: readonly ProviderDefinition[]): string {
  return `${introduction}\n\n${table(["Vendors", "Models", "Fitted"], rowsOf(providers))}`;
}
