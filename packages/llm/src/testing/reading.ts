// An answer, whole or streamed, as the official SDKs see it: to be compared with what they read of a recording.

import type { ChatEvent, ChatResult, Part, Usage } from "#hub.ts";
import { parseJson } from "#wire/json.ts";
import { collectEvents } from "./collect-events.ts";

/** Of the first choice. */
export interface Reading {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  readonly finish: string | null;
  readonly promptTokens: number | undefined;
  readonly completionTokens: number | undefined;
  readonly failed: boolean;
}

function parseArguments(text: string): unknown {
  const value = parseJson(text);
  return value === undefined ? text : value;
}

function countsOf(usage: Usage | null): Pick<Reading, "promptTokens" | "completionTokens"> {
  return { promptTokens: usage?.promptTokens, completionTokens: usage?.completionTokens };
}

export function readEvents(events: readonly ChatEvent[]): Reading {
  const { choices, usage, error } = collectEvents(events);
  const [choice] = choices;
  const calls = (choice?.calls ?? []).map(({ name, argumentsText }) => ({ name, args: parseArguments(argumentsText) }));
  const told = { text: choice?.text ?? "", reasoning: choice?.reasoning ?? "", finish: choice?.finish ?? null };
  return { ...told, calls, ...countsOf(usage), failed: error !== null };
}

export function readResult(result: ChatResult): Reading {
  const [choice] = result.choices;
  const parts: readonly Part[] = choice?.content ?? [];
  const textOf = (kind: Part["kind"]) =>
    parts.map((part) => (part.kind === kind && "text" in part ? part.text : "")).join("");
  const calls = parts
    .filter((part) => part.kind === "tool_call")
    .map(({ name, argumentsText }) => ({ name, args: parseArguments(argumentsText) }));
  const told = { text: textOf("text"), reasoning: textOf("reasoning"), finish: choice?.finish ?? null };
  return { ...told, calls, ...countsOf(result.usage), failed: false };
}
