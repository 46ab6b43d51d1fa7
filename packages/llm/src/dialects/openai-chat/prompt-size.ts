import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** English has about 4 bytes a token, Chinese about 3, so this is on the high side: it serves as a reservation. */
const bytesPerToken = 3;
/** An image costs by its size in pixels, not in bytes: this is one of 1024 x 1024 in high detail, rounded up. */
const tokensPerMedia = 1500;

/** Upper guess of the prompt's tokens: the whole body counts as text, but for media that it carries in base64. */
export function estimatePromptTokens(text: string, body: JsonObject): number {
  const tokenNumbers = countTokenNumbers(body["prompt"] ?? body["input"]);
  if (tokenNumbers > 0) return tokenNumbers;
  const media = measureMedia(body["messages"]);
  const bytes = Buffer.byteLength(text) - media.bytes;
  return Math.ceil(bytes / bytesPerToken) + media.count * tokensPerMedia;
}

function countTokenNumbers(prompt: unknown): number {
  if (!Array.isArray(prompt)) return 0;
  if (typeof prompt[0] === "number") return prompt.length;
  return prompt.reduce((sum: number, item) => sum + (Array.isArray(item) ? item.length : 0), 0);
}

interface Media {
  count: number;
  bytes: number;
}

function measureMedia(messages: unknown): Media {
  const media: Media = { count: 0, bytes: 0 };
  if (!Array.isArray(messages)) return media;
  for (const message of messages) {
    const content = memberOf(message, "content");
    if (Array.isArray(content)) for (const part of content) addPart(media, part);
  }
  return media;
}

function addPart(media: Media, part: unknown): void {
  if (!isObject(part) || typeof part["text"] === "string") return;
  const image = part["image_url"];
  const sources = [memberOf(image, "url"), image];
  const data = [memberOf(part["input_audio"], "data"), memberOf(part["file"], "file_data"), ...sources];
  media.count += 1;
  media.bytes += data.find((value) => typeof value === "string")?.length ?? 0;
}
