// What a fake vendor must know of its wire format. Called by vendor.ts.
// Invariant: `read` finds every fault for which the real vendor would have refused the request.

import type { Script } from "@ghostllm/fake-upstream";
import type { Plot, ToolOffer, Turn } from "../plot.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export interface Reading {
  readonly tools: readonly ToolOffer[];
  /** What came back of each call that has been answered: by round, in the order of the calls. */
  readonly results: readonly (readonly string[])[];
  /** Rounds whose seal came back unharmed. */
  readonly sealsKept: number;
  readonly faults: readonly string[];
}

export interface Request {
  readonly path: string;
  readonly body: JsonObject;
}

export interface Wire {
  /** The dialect of the gateway that it is. */
  readonly dialect: string;
  readonly idPrefix: string;
  /** Are thoughts told with a seal, with which they must come back? */
  readonly isSealing: boolean;
  isChat(path: string): boolean;
  read(request: Request, plot: Plot): Reading;
  writeTurn(turn: Turn, request: Request, plot: Plot): Script;
  writeText(text: string, request: Request, plot: Plot): Script;
  refuse(message: string): Script;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function objectsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function objectAt(value: JsonObject, key: string): JsonObject {
  const member = value[key];
  return isObject(member) ? member : {};
}

/** The texts of content, which most formats allow as one string or as a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return objectsIn(content)
    .map((part) => String(part["text"] ?? ""))
    .join("");
}

/** Members that the vendor does not know, for which it refuses a request. */
export function unknownMembers(value: JsonObject, known: readonly string[], where = ""): readonly string[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => `unknown member ${where}${name}`);
}

/** Texts that are longer than the vendor takes. */
export function tooLong(texts: readonly unknown[], most: number, what: string): readonly string[] {
  return texts.flatMap((text) =>
    typeof text === "string" && text.length > most
      ? [`${what}: string too long, of ${text.length} instead of ${most}`]
      : [],
  );
}

export function answerWith(body: JsonObject, status = 200): Script {
  return { kind: "answer", status, body, headers: { "content-type": "application/json" } };
}

/** As vendors write them: each event with its own write. */
export function streamOf(events: readonly { readonly event?: string; readonly data: JsonObject | string }[]): Script {
  const frames = events.map(({ event, data }) => {
    const text = typeof data === "string" ? data : JSON.stringify(data);
    return `${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`;
  });
  return { kind: "raw", text: frames.join(""), perEvent: true };
}

/** Arguments come in pieces. */
export function inPieces(text: string, size = 9): readonly string[] {
  return text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
}
