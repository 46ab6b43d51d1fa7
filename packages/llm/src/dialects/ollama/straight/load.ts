// Requests that ask for no words: they have a server load a model into its memory, or let it go. Vendors that keep no model
// in memory for anybody would write something to them, so that they are not asked.
// https://docs.ollama.com/api/chat and https://github.com/ollama/ollama/blob/main/server/routes.go

import type { ParsedRequest } from "#dialects/parsed-request.ts";
import type { Operation } from "#operations.ts";
import { isObject, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** What is asked of the server's memory; null where words or vectors are. */
function readWish(operation: Operation, fields: JsonObject): "load" | "unload" | null {
  if (!isEmpty(operation, fields)) return null;
  return isNoTime(fields["keep_alive"]) ? "unload" : "load";
}

function isEmpty(operation: Operation, { messages, prompt, images, input }: JsonObject): boolean {
  if (operation === "chat.completions") return isBlank(messages);
  if (operation === "generate") return isBlank(prompt) && isBlank(images);
  return operation === "embed_content" ? isBlank(prompt) : isBlank(input);
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** A number of seconds, or a text with units. */
function isNoTime(keepAlive: unknown): boolean {
  return keepAlive === 0 || (typeof keepAlive === "string" && /^[-+]?0(?:\.0*)?(?:[a-zµ]+)?$/.test(keepAlive));
}

/** A larger request has something to say. */
const largestWishBytes = 16 * 1024;

/** The answer of a server that has done so; null where the request asks for something else. */
export function answerWish({ operation, body, model }: ParsedRequest, nowMs: number): string | null {
  if (body.length > largestWishBytes) return null;
  const fields = parseJson(body.toString("utf8"));
  const wish = isObject(fields) ? readWish(operation, fields) : null;
  if (wish === null) return null;
  if (operation === "embeddings") return JSON.stringify({ model, embeddings: [] });
  if (operation === "embed_content") return JSON.stringify({ embedding: [] });
  const words = operation === "generate" ? { response: "" } : { message: { role: "assistant", content: "" } };
  const created = new Date(nowMs).toISOString();
  return JSON.stringify({ model, created_at: created, ...words, done: true, done_reason: wish });
}
