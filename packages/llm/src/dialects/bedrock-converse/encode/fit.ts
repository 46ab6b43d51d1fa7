// A request as our encoder wrote it, made such that the model behind the dialect takes it.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { changeList, withField } from "#fitting/changes.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { fitFields } from "#fitting/fit-fields.ts";
import type { FieldPlaces } from "#fitting/fit-fields.ts";
import { noResult, pairParts } from "#fitting/pair-calls.ts";
import type { ResultParts } from "#fitting/pair-calls.ts";
import { openAndClose } from "#fitting/turns.ts";
import type { TurnView } from "#fitting/turns.ts";
import type { Needs } from "#fitting/vendor-needs.ts";

const places: FieldPlaces = {
  of: {
    temperature: ["inferenceConfig", "temperature"],
    top_p: ["inferenceConfig", "topP"],
    stop: ["inferenceConfig", "stopSequences"],
    top_k: ["additionalModelRequestFields", "top_k"],
  },
  effort: ["additionalModelRequestFields", "reasoning_effort"],
};

export function fit(fields: JsonObject, needs: Needs, notes: Notes): JsonObject {
  const said = changeList(fields, "messages", (messages) => fitMessages(messages, needs, notes));
  const told = needs.toolsOfCalls === true ? withToolsOfCalls(said, notes) : said;
  return fitFields(told, places, needs, notes);
}

function fitMessages(messages: readonly unknown[], needs: Needs, notes: Notes): readonly unknown[] {
  const paired = needs.pairs === true ? pairParts(messages, results, notes) : messages;
  const ordered = needs.turns === undefined ? paired : openAndClose(paired, needs.turns, view, notes);
  return needs.trimsLastText === true ? trimLast(ordered) : ordered;
}

/** "The toolConfig field must be defined when using toolUse and toolResult content blocks." */
function withToolsOfCalls(fields: JsonObject, notes: Notes): JsonObject {
  const { messages, toolConfig } = fields;
  if (toolConfig !== undefined || !Array.isArray(messages)) return fields;
  const names = new Set(messages.flatMap(blocksOf).flatMap((block) => memberOf(toolUseOf(block), "name") ?? []));
  if (names.size === 0) return fields;
  notes.add("tools of calls of old");
  const tools = Array.from(names, (name) => ({ toolSpec: { name, inputSchema: { json: { type: "object" } } } }));
  return { ...fields, toolConfig: { tools } };
}

function isAnswer(message: unknown): boolean {
  return memberOf(message, "role") === "assistant";
}

function blocksOf(message: unknown): readonly unknown[] {
  const content = memberOf(message, "content");
  return Array.isArray(content) ? content : [];
}

function toolUseOf(block: unknown): unknown {
  return memberOf(block, "toolUse");
}

function idOf(value: unknown): unknown {
  return memberOf(value, "toolUseId");
}

const results: ResultParts = {
  isAnswer,
  partsOf: blocksOf,
  isCall: (block) => toolUseOf(block) !== undefined,
  isResult: (block) => memberOf(block, "toolResult") !== undefined,
  belongs: (call, result) => idOf(toolUseOf(call)) === idOf(memberOf(result, "toolResult")),
  makeResult: (call) => ({
    toolResult: { toolUseId: idOf(toolUseOf(call)), content: [{ text: noResult }], status: "error" },
  }),
  withParts: (message, content) => (isObject(message) ? { ...message, content } : message),
  makeTurn: (content) => ({ role: "user", content }),
};

const view: TurnView = {
  isAnswer,
  isUsers: (message) => !isAnswer(message),
  makeTurn: (text) => ({ role: "user", content: [{ text }] }),
};

function trimLast(messages: readonly unknown[]): readonly unknown[] {
  const last = messages.at(-1);
  const block = blocksOf(last).at(-1);
  const text = memberOf(block, "text");
  if (!isObject(last) || !isAnswer(last) || typeof text !== "string" || text === text.trimEnd()) return messages;
  const content = [...blocksOf(last).slice(0, -1), { text: text.trimEnd() }];
  return [...messages.slice(0, -1), withField(last, "content", content)];
}
