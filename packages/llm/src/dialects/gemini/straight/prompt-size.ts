import { estimatePrompt } from "#dialects/bodies/prompt-estimate.ts";
import type { CarriedMedia } from "#dialects/bodies/prompt-estimate.ts";
import type { PromptSize } from "#dialects/parsed-request.ts";
import type { JsonObject } from "#wire/json.ts";
import { wordOf } from "#wire/json.ts";
import { fieldOf, repeatedOf } from "#dialects/gemini/proto.ts";

/** An image costs 258 tokens a tile, or up to about this with Gemini 3: https://ai.google.dev/gemini-api/docs/media-resolution */
const tokensPerImage = 1_120;
/** Sound has 32 tokens a second and rarely fewer than 2,000 characters of base64 for it; pages and films have fewer. */
const mediaBytesPerToken = 20;

export function measurePrompt(body: Buffer, fields: JsonObject): PromptSize {
  const media: CarriedMedia = { tokens: 0, bytes: 0 };
  for (const content of contentsOf(fields)) measureParts(repeatedOf(content, "parts"), media);
  return estimatePrompt(body, media);
}

function contentsOf(fields: JsonObject): readonly unknown[] {
  const requests = repeatedOf(fields, "requests").map((request) => fieldOf(request, "content"));
  return [...repeatedOf(fields, "contents"), fieldOf(fields, "content"), ...requests];
}

function measureParts(parts: readonly unknown[], media: CarriedMedia): void {
  for (const part of parts) {
    measurePart(part, media);
    for (const inner of repeatedOf(fieldOf(part, "functionResponse"), "parts")) measurePart(inner, media);
  }
}

function measurePart(part: unknown, media: CarriedMedia): void {
  const inline = fieldOf(part, "inlineData");
  const data = fieldOf(inline, "data");
  const bytes = typeof data === "string" ? data.length : 0;
  if (bytes === 0 && fieldOf(part, "fileData") === undefined) return;
  const isImage = wordOf(fieldOf(inline, "mimeType")).startsWith("image/");
  media.bytes += bytes;
  media.tokens += isImage ? tokensPerImage : Math.max(tokensPerImage, Math.ceil(bytes / mediaBytesPerToken));
}
