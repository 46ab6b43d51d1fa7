// What messages of a conversation say, for people who read it: in the same form, whichever dialect they are written in.

import type { Dialect } from "#dialects/dialect.ts";
import type { Message, Part } from "#hub.ts";

export interface ToldMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text: string;
  /** What the model thought, where that can be read. */
  readonly reasoning: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  /** What tools said. */
  readonly results: readonly { readonly id: string; readonly text: string }[];
  /** Pictures, sounds and files in it. */
  readonly media: readonly ToldMedia[];
}

export interface ToldMedia {
  readonly kind: "image" | "document" | "audio";
  /** As a URL, which may hold the data itself; null where only its vendor finds it. */
  readonly url: string | null;
}

/** One text of a message; it may hold none that can be read. */
export function readMessage(dialect: Dialect, message: string): ToldMessage {
  const told = meantBy(dialect, message);
  const parts = told.flatMap(({ content }) => content);
  const results = parts.flatMap((part) =>
    part.kind === "tool_result" ? [{ id: part.callId, text: textOf(part.content) }] : [],
  );
  const role = told[0]?.role ?? "user";
  return {
    role: role === "user" && results.length > 0 ? "tool" : role,
    text: textOf(parts),
    reasoning: parts.map((part) => (part.kind === "reasoning" ? part.text : "")).join(""),
    calls: parts.flatMap((part) =>
      part.kind === "tool_call" ? [{ id: part.id, name: part.name, arguments: part.argumentsText }] : [],
    ),
    results,
    media: parts.flatMap((part) => mediaOf(part)),
  };
}

/** What it is about, by its first question. */
export function titleOfChat(dialect: Dialect, messages: readonly string[]): string {
  const read = messages.map((message) => readMessage(dialect, message));
  const words = read.filter(({ role }) => role === "user").map(({ text }) => text.replace(/\s+/g, " ").trim());
  const title = words.find((text) => text !== "") ?? "";
  const characters = Array.from(title.slice(0, 4 * mostCharacters));
  return characters.length > mostCharacters
    ? `${characters
        .slice(0, mostCharacters - 1)
        .join("")
        .trimEnd()}…`
    : title;
}

const mostCharacters = 60;

function meantBy({ client }: Dialect, message: string): readonly Message[] {
  const body = Buffer.from(`{"model":"m","max_tokens":1,"${client.conversation.member}":[${message}]}`);
  try {
    return client.decodeRequest(client.parseRequest("chat.completions", body, { query: "", model: "m" })).messages;
  } catch {
    // Something of a vendor's own, which stays what it is.
    return [];
  }
}

function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.kind === "text" || part.kind === "refusal" ? part.text : "")).join("");
}

function mediaOf(part: Part): readonly ToldMedia[] {
  if (part.kind === "tool_result") return part.content.flatMap((inner) => mediaOf(inner));
  if (part.kind !== "image" && part.kind !== "document" && part.kind !== "audio") return [];
  const { kind, source } = part;
  if (source.kind === "url") return [{ kind, url: source.url }];
  if (source.kind === "file") return [{ kind, url: null }];
  return [{ kind, url: `data:${source.mediaType};base64,${source.base64}` }];
}
