import type { PromptSize } from "#dialects/parsed-request.ts";

/** English has about 4 bytes a token, Chinese about 3, so this is on the high side: it serves as a reservation. */
const bytesPerToken = 3;

export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / bytesPerToken);
}

/** What a prompt carries in base64: how much of the body that is, and what it costs. */
export interface CarriedMedia {
  tokens: number;
  bytes: number;
}

/** Upper guess of the prompt's tokens: the whole body counts as text, but for media that it carries in base64. */
export function estimatePrompt(body: Buffer, media: CarriedMedia): PromptSize {
  const textBytes = body.length - media.bytes;
  const promptTokensEstimate = estimateTokens(textBytes) + media.tokens;
  return media.bytes === 0 ? { promptTokensEstimate } : { promptTokensEstimate, textBytes };
}
