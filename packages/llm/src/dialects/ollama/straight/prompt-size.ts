import type { PromptSize } from "#dialects/parsed-request.ts";
import { memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** English has about 4 bytes a token, Chinese about 3, so this is on the high side: it serves as a reservation. */
const bytesPerToken = 3;
/** An image costs by its size in pixels, not in bytes, and with most models less than this. */
const tokensPerImage = 1500;

/** Upper guess of the prompt's tokens: the whole body counts as text, but for the images in it. */
export function measurePrompt(body: Buffer, fields: JsonObject): PromptSize {
  const messages = fields["messages"];
  const images = [fields, ...(Array.isArray(messages) ? messages : [])].flatMap(imagesOf);
  const imageBytes = images.reduce((sum, image) => sum + image.length, 0);
  const textBytes = body.length - imageBytes;
  const promptTokensEstimate = Math.ceil(textBytes / bytesPerToken) + images.length * tokensPerImage;
  return imageBytes === 0 ? { promptTokensEstimate } : { promptTokensEstimate, textBytes };
}

function imagesOf(holder: unknown): readonly string[] {
  const images = memberOf(holder, "images");
  return Array.isArray(images) ? images.filter((image) => typeof image === "string") : [];
}
