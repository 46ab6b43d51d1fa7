import { estimatePrompt } from "#dialects/bodies/prompt-estimate.ts";
import type { CarriedMedia } from "#dialects/bodies/prompt-estimate.ts";
import type { PromptSize } from "#dialects/parsed-request.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** An image costs by its size in pixels, not in bytes, and at most about this: https://docs.anthropic.com/en/docs/build-with-claude/vision */
const tokensPerMedia = 1600;
/** A page of a PDF costs up to 3,000 tokens, and rarely has fewer than 60,000 characters of base64. */
const documentBytesPerToken = 20;

export function measurePrompt(body: Buffer, fields: JsonObject): PromptSize {
  const media: CarriedMedia = { tokens: 0, bytes: 0 };
  const messages = fields["messages"];
  if (Array.isArray(messages)) for (const message of messages) measureContent(memberOf(message, "content"), media);
  return estimatePrompt(body, media);
}

function measureContent(content: unknown, media: CarriedMedia): void {
  if (!Array.isArray(content)) return;
  for (const block of content) {
    if (memberOf(block, "type") === "tool_result") measureBlocks(memberOf(block, "content"), media);
    else measureBlock(block, media);
  }
}

function measureBlocks(blocks: unknown, media: CarriedMedia): void {
  if (Array.isArray(blocks)) for (const block of blocks) measureBlock(block, media);
}

function measureBlock(block: unknown, media: CarriedMedia): void {
  const source = memberOf(block, "source");
  if (!isObject(source) || source["type"] === "text") return;
  const data = source["data"];
  const bytes = typeof data === "string" ? data.length : 0;
  const isDocument = memberOf(block, "type") === "document";
  media.bytes += bytes;
  media.tokens += isDocument ? Math.max(tokensPerMedia, Math.ceil(bytes / documentBytesPerToken)) : tokensPerMedia;
}
