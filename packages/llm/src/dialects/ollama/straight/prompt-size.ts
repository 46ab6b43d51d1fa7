import { estimatePrompt } from "#dialects/bodies/prompt-estimate.ts";
import type { PromptSize } from "#dialects/parsed-request.ts";
import { memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** An image costs by its size in pixels, not in bytes, and with most models less than this. */
const tokensPerImage = 1500;

export function measurePrompt(body: Buffer, fields: JsonObject): PromptSize {
  const messages = fields["messages"];
  const images = [fields, ...(Array.isArray(messages) ? messages : [])].flatMap(imagesOf);
  const bytes = images.reduce((sum, image) => sum + image.length, 0);
  return estimatePrompt(body, { bytes, tokens: images.length * tokensPerImage });
}

function imagesOf(holder: unknown): readonly string[] {
  const images = memberOf(holder, "images");
  return Array.isArray(images) ? images.filter((image) => typeof image === "string") : [];
}
