import { estimatePrompt } from "#dialects/bodies/prompt-estimate.ts";
import type { CarriedMedia } from "#dialects/bodies/prompt-estimate.ts";
import type { PromptSize } from "#dialects/parsed-request.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** An image costs by its size in pixels, not in bytes: this is one of 1024 x 1024 in high detail, rounded up. */
const tokensPerMedia = 1500;
/** A page of a PDF costs about 2,000 tokens, and rarely has fewer than 60,000 characters of base64. */
const documentBytesPerToken = 20;

export function measurePrompt(body: Buffer, { input }: JsonObject): PromptSize {
  const media: CarriedMedia = { tokens: 0, bytes: 0 };
  if (Array.isArray(input)) for (const item of input) measureItem(item, media);
  return estimatePrompt(body, media);
}

/** Messages and what tools answered hold parts. */
function measureItem(item: unknown, media: CarriedMedia): void {
  for (const parts of [memberOf(item, "content"), memberOf(item, "output")]) {
    if (Array.isArray(parts)) for (const part of parts) measurePart(part, media);
  }
}

function measurePart(part: unknown, media: CarriedMedia): void {
  if (!isObject(part) || typeof part["text"] === "string") return;
  const file = lengthOf(part["file_data"]);
  const bytes = file + lengthOf(part["image_url"]) + lengthOf(memberOf(part["input_audio"], "data"));
  media.bytes += bytes;
  media.tokens += Math.max(tokensPerMedia, Math.ceil(file / documentBytesPerToken));
}

function lengthOf(value: unknown): number {
  return typeof value === "string" ? value.length : 0;
}
