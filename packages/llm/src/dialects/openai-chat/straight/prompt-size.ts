import { estimatePrompt, estimateTokens } from "#dialects/bodies/prompt-estimate.ts";
import type { CarriedMedia } from "#dialects/bodies/prompt-estimate.ts";
import type { PromptSize } from "#dialects/parsed-request.ts";
import type { Operation } from "#operations.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** An image costs by its size in pixels, not in bytes: this is one of 1024 x 1024 in high detail, rounded up. */
const tokensPerMedia = 1500;
/** Sound has some 10 tokens a second and hardly fewer than 1,300 characters of base64 for it. */
const soundBytesPerToken = 100;
/** A page of a PDF costs about 2,000 tokens, and rarely has fewer than 60,000 characters of base64. */
const documentBytesPerToken = 20;

export function measurePrompt(operation: Operation, body: Buffer, fields: JsonObject): PromptSize {
  const tokenNumbers = countTokenNumbers(inputOf(operation, fields));
  if (tokenNumbers !== null) {
    const promptTokensEstimate = tokenNumbers + estimateTokens(lengthOf(fields["suffix"]));
    return { promptTokensEstimate, textBytes: tokenNumbers + 3 * lengthOf(fields["suffix"]) };
  }
  const media = measureMedia(fields["messages"]);
  return estimatePrompt(body, media);
}

function inputOf(operation: Operation, body: JsonObject): unknown {
  if (operation === "chat.completions") return undefined;
  return operation === "completions" ? body["prompt"] : body["input"];
}

/** Null where the prompt is not made of token numbers alone. */
function countTokenNumbers(prompt: unknown): number | null {
  if (!Array.isArray(prompt)) return null;
  let count = 0;
  for (const item of prompt) {
    const numbers: readonly unknown[] = Array.isArray(item) ? item : [item];
    if (!numbers.every((number) => typeof number === "number")) return null;
    count += numbers.length;
  }
  return count;
}

function measureMedia(messages: unknown): CarriedMedia {
  const media: CarriedMedia = { tokens: 0, bytes: 0 };
  if (!Array.isArray(messages)) return media;
  for (const message of messages) {
    const content = memberOf(message, "content");
    if (Array.isArray(content)) for (const part of content) addPart(media, part);
  }
  return media;
}

function addPart(media: CarriedMedia, part: unknown): void {
  if (!isObject(part) || typeof part["text"] === "string") return;
  const image = part["image_url"];
  const sound = lengthOf(memberOf(part["input_audio"], "data"));
  const file = lengthOf(memberOf(part["file"], "file_data"));
  media.tokens += Math.max(
    tokensPerMedia,
    Math.ceil(sound / soundBytesPerToken),
    Math.ceil(file / documentBytesPerToken),
  );
  media.bytes += sound || file || lengthOf(memberOf(image, "url")) || lengthOf(image);
}

function lengthOf(value: unknown): number {
  return typeof value === "string" ? value.length : 0;
}
