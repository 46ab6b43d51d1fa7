// The messages of a request made such that the vendor takes them: blocks that it refuses, calls with their results, and who
// speaks first and last.

import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { changeEach, keepOf, withField } from "#fitting/changes.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { pairParts } from "#fitting/pair-calls.ts";
import { openAndClose, words } from "#fitting/turns.ts";
import type { TurnView } from "#fitting/turns.ts";
import type { Needs } from "#fitting/vendor-needs.ts";
import { blocksOf, isAnswer, isThought, results } from "./fit-turns.ts";

/** `thinks`: the model is asked for thoughts, with which it takes no beginning of its answer. */
export function fitMessages(
  messages: readonly unknown[],
  needs: Needs,
  notes: Notes,
  thinks: boolean,
): readonly unknown[] {
  const sealed = needs.sealedThoughts === true ? withoutUnsealed(messages, notes) : messages;
  const paired = needs.pairs === true ? pairParts(sealed, results, notes) : sealed;
  const filled = needs.filledTexts === true ? fillTexts(paired) : paired;
  const turns = needs.turns === undefined ? undefined : { ...needs.turns, ...(thinks && { last: "user" as const }) };
  const ordered = turns === undefined ? filled : openAndClose(filled, turns, view, notes);
  return needs.trimsLastText === true ? trimLast(ordered) : ordered;
}

const view: TurnView = {
  isAnswer,
  isBeginning,
  isUsers: (message) => memberOf(message, "role") === "user",
  makeTurn: (text) => ({ role: "user", content: text }),
};

function changeBlocks(
  messages: readonly unknown[],
  change: (blocks: readonly unknown[]) => readonly unknown[],
): readonly unknown[] {
  return changeEach(messages, (message) => {
    const content = memberOf(message, "content");
    return isObject(message) && Array.isArray(content) ? withField(message, "content", change(content)) : message;
  });
}

/** A turn that the vendor paused, to run tools of its own, goes on as it is. */
function isBeginning(message: unknown): boolean {
  const ofVendor = (block: unknown): boolean => /^(?:server_|mcp_)|_tool_result$/.test(String(memberOf(block, "type")));
  return isAnswer(message) && !blocksOf(message).some(ofVendor);
}

/** The vendor takes thoughts with its own seal only. */
function withoutUnsealed(messages: readonly unknown[], notes: Notes): readonly unknown[] {
  return changeBlocks(messages, (blocks) => {
    const kept = keepOf(blocks, (block) => !isThought(block) || isSealed(block));
    if (kept !== blocks) notes.add("reasoning");
    return kept;
  });
}

function isSealed(block: unknown): boolean {
  const seal = memberOf(block, memberOf(block, "type") === "thinking" ? "signature" : "data");
  return typeof seal === "string" && seal !== "";
}

/** Empty texts go, within results as well, and with them messages that hold nothing else but the last one. */
function fillTexts(messages: readonly unknown[]): readonly unknown[] {
  const filled = changeBlocks(messages, withoutBlanks);
  return keepOf(
    changeEach(filled, (message, index) =>
      isEmpty(message) ? fillLast(message, index === filled.length - 1) : message,
    ),
    (message) => message !== undefined,
  );
}

export function withoutBlanks(blocks: readonly unknown[]): readonly unknown[] {
  return changeEach(
    keepOf(blocks, (block) => !isBlank(block)),
    (block) => {
      const content = memberOf(block, "content");
      return isObject(block) && Array.isArray(content) ? withField(block, "content", withoutBlanks(content)) : block;
    },
  );
}

function isBlank(block: unknown): boolean {
  const text = memberOf(block, "text");
  return memberOf(block, "type") === "text" && text === "";
}

function isEmpty(message: unknown): boolean {
  const blocks = blocksOf(message);
  const isKnown = memberOf(message, "content") !== undefined && memberOf(message, "role") !== "system";
  return isKnown && blocks.every(isBlank);
}

/** A user who said nothing is still to be answered. */
function fillLast(message: unknown, isLast: boolean): unknown {
  if (!isLast || isAnswer(message) || !isObject(message)) return undefined;
  return withField(message, "content", words.filling);
}

/** "final assistant content cannot end with trailing whitespace" */
function trimLast(messages: readonly unknown[]): readonly unknown[] {
  const last = messages.at(-1);
  if (!isObject(last) || !isBeginning(last)) return messages;
  const trimmed = trimEnd(last);
  return trimmed === last ? messages : [...messages.slice(0, -1), trimmed];
}

function trimEnd(message: JsonObject): JsonObject {
  const { content } = message;
  if (typeof content === "string") return withField(message, "content", content.trimEnd());
  const block: unknown = Array.isArray(content) ? content.at(-1) : undefined;
  const text = memberOf(block, "text");
  if (!Array.isArray(content) || !isObject(block) || typeof text !== "string" || text === text.trimEnd())
    return message;
  return withField(message, "content", [...content.slice(0, -1), withField(block, "text", text.trimEnd())]);
}
