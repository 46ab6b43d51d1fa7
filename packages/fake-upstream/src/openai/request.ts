// The parts of a client's request that the fake vendor acts on. Reads leniently: a test may send anything.

import type { JsonObject } from "#script.ts";

export function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function asCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
}

/** Undefined where the body is not a JSON object. */
export function readBody(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? asObject(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Message content is text or a list of parts; parts without text (images, files) read as nothing. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  const texts = asList(content).map((part) => asText(asObject(part)["text"]) ?? "");
  return texts.filter((text) => text !== "").join(" ");
}

export function lastUserText(body: JsonObject): string {
  const messages = asList(body["messages"]).map(asObject);
  const last = messages.findLast((message) => message["role"] === "user");
  return contentText(last?.["content"]);
}

export function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

export function promptWords(body: JsonObject): number {
  const messages = asList(body["messages"]).map(asObject);
  return messages.reduce((sum, message) => sum + countWords(contentText(message["content"])), 0);
}

export function wantsStream(body: JsonObject): boolean {
  return body["stream"] === true;
}

export function wantsStreamUsage(body: JsonObject): boolean {
  return asObject(body["stream_options"])["include_usage"] === true;
}
