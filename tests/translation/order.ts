// Rules of vendors that no schema tells: who speaks when, where results stand, and what must not be empty.

import type { DialectName } from "../../packages/llm/src/providers/definition.ts";
import { isObject, memberOf } from "../../packages/llm/src/wire/json.ts";
import type { JsonObject } from "../../packages/llm/src/wire/json.ts";

type Rule = (body: JsonObject, model: string) => readonly string[];

export function disorderOf(target: DialectName, body: JsonObject, model: string): readonly string[] {
  return rules[target](body, model);
}

const rules: Readonly<Record<DialectName, Rule>> = {
  "openai-chat": ({ messages }) => resultsApart(listOf(messages)),
  "openai-responses": ({ store }) => (store === false ? [] : ["is kept"]),
  "anthropic-messages": ({ messages }) => turnsOf(messages, "content", isResultBlock).faults,
  gemini: ({ contents }, model) => [
    ...turnsOf(contents, "parts", (part) => memberOf(part, "functionResponse") !== undefined).faults,
    ...listOf(contents).flatMap((content, index) => strangeResults(content, listOf(contents)[index - 1])),
    ...(model.startsWith("gemini-3") ? listOf(contents).flatMap(unsealedCall) : []),
  ],
  ollama: ({ messages }) => resultsApart(listOf(messages)),
  "bedrock-converse"({ messages }) {
    const isResult = (block: unknown): boolean => memberOf(block, "toolResult") !== undefined;
    const { faults, blocks } = turnsOf(messages, "content", isResult);
    return [...faults, ...blocks.flatMap(oddBlock)];
  },
};

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The results of calls follow them, with nothing in between. */
function resultsApart(messages: readonly unknown[]): readonly string[] {
  return messages.flatMap((message, index): string[] => {
    if (memberOf(message, "role") !== "tool") return [];
    const caller = messages.slice(0, index).findLast((before) => memberOf(before, "role") !== "tool");
    return listOf(memberOf(caller, "tool_calls")).length > 0 ? [] : ["results not behind their calls"];
  });
}

function isResultBlock(block: unknown): boolean {
  return memberOf(block, "type") === "tool_result";
}

interface Turns {
  readonly faults: readonly string[];
  readonly blocks: readonly unknown[];
}

/** Roles take turns, no content is empty, and results stand first. */
function turnsOf(messages: unknown, field: string, isResult: (block: unknown) => boolean): Turns {
  const list = listOf(messages);
  const faults = list.flatMap((message, index): string[] => {
    const content = memberOf(message, field);
    const blocks = Array.isArray(content) ? content : [content];
    const kinds = blocks.map(isResult);
    const isLate = kinds.includes(false) && kinds.lastIndexOf(true) > kinds.indexOf(false);
    const isTwice = index > 0 && memberOf(message, "role") === memberOf(list[index - 1], "role");
    return [
      ...(isTwice ? ["role told twice"] : []),
      ...(blocks.length === 0 || content === "" ? ["empty content"] : []),
      ...(isLate ? ["result not first"] : []),
    ];
  });
  const blocks = list.flatMap((message) => listOf(memberOf(message, field)));
  return { faults: list.length === 0 ? ["nobody speaks"] : faults, blocks };
}

function namesIn(content: unknown, kind: string): readonly unknown[] {
  return listOf(memberOf(content, "parts")).flatMap((part) => memberOf(memberOf(part, kind), "name") ?? []);
}

/** Results are named as their calls are, which stand right before them. */
function strangeResults(content: unknown, before: unknown): readonly string[] {
  const calls = namesIn(before, "functionCall");
  const isStrange = namesIn(content, "functionResponse").some((name) => !calls.includes(name));
  return isStrange ? ["result of no call"] : [];
}

/** The first call of each step has a seal, without which the vendor refuses the request. */
function unsealedCall(content: unknown): readonly string[] {
  const first = listOf(memberOf(content, "parts")).find((part) => memberOf(part, "functionCall") !== undefined);
  return first === undefined || typeof memberOf(first, "thoughtSignature") === "string" ? [] : ["call without a seal"];
}

const idPattern = /^[a-zA-Z0-9_-]{1,64}$/;

/** One thing in a block, no text without a letter, and ids as the vendor takes them. */
function oddBlock(block: unknown): readonly string[] {
  if (!isObject(block) || Object.keys(block).length !== 1) return ["no block"];
  const { text, toolUse, toolResult } = block;
  const id = memberOf(toolUse ?? toolResult, "toolUseId");
  return [
    ...(typeof text === "string" && text.trim() === "" ? ["blank text"] : []),
    ...(typeof id === "string" && !idPattern.test(id) ? ["odd id"] : []),
  ];
}
