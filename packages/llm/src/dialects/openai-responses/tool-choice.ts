// Which tools are to be called, both ways.

import { spellingOf } from "#dialects/fields/extras.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import { isString } from "#dialects/fields/field-reader.ts";
import type { ChatRequest, ToolChoice } from "#hub.ts";
import { isObject, memberOf, wordOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";
import { isCallable } from "./tool-names.ts";
import type { ToolNames } from "./tool-names.ts";

const kinds: Readonly<Record<string, ToolChoice>> = {
  auto: { kind: "auto" },
  none: { kind: "none" },
  required: { kind: "required" },
};

export interface DecodedChoice {
  readonly toolChoice?: ToolChoice;
  /** The tools that may be called, where not all of them may be. */
  readonly allowed: ReadonlySet<string> | null;
}

/** A choice of a tool that others do not know stays where it is. */
export function decodeToolChoice(reader: FieldReader, names: ToolNames): DecodedChoice {
  const value = reader.peek("tool_choice");
  const choice = readChoice(value, names);
  if (choice === undefined) return { allowed: null };
  if (isString(value)) reader.drop("tool_choice");
  else reader.spellAsWritten("tool_choice");
  return choice;
}

function readChoice(value: unknown, names: ToolNames): DecodedChoice | undefined {
  const word = isString(value) ? value : memberOf(value, "mode");
  const named = isString(word) && Object.hasOwn(kinds, word) ? kinds[word] : undefined;
  if (isString(value)) return named && { toolChoice: named, allowed: null };
  if (isObject(value) && isCallable(value)) {
    return { toolChoice: { kind: "function", name: nameIn(value, names) }, allowed: null };
  }
  const listed = memberOf(value, "tools");
  if (memberOf(value, "type") !== "allowed_tools" || named === undefined || !Array.isArray(listed)) return undefined;
  return { toolChoice: named, allowed: new Set(listed.filter(isCallable).map((tool) => nameIn(tool, names))) };
}

function nameIn(tool: unknown, names: ToolNames): string {
  const namespace = memberOf(tool, "namespace");
  return names.nameOf(wordOf(memberOf(tool, "name")), isString(namespace) ? namespace : undefined);
}

export function encodeToolChoice({ toolChoice, extras }: ChatRequest): JsonObject {
  if (toolChoice === undefined) return {};
  const { tool_choice: written } = spellingOf(extras, dialect);
  if (written !== undefined) return { tool_choice: written };
  return {
    tool_choice: toolChoice.kind === "function" ? { type: "function", name: toolChoice.name } : toolChoice.kind,
  };
}
