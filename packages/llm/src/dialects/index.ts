import type { ClientDialectName, DialectName } from "#providers/definition.ts";
import type { Dialect, VendorDialect } from "./dialect.ts";
import type { ParsedRequest } from "./parsed-request.ts";
import { anthropicMessages } from "./anthropic-messages/index.ts";
import { gemini } from "./gemini/index.ts";
import { ollama } from "./ollama/index.ts";
import { bedrockConverse } from "./bedrock-converse/index.ts";
import { openaiChat } from "./openai-chat/index.ts";
import { openaiResponses } from "./openai-responses/index.ts";

/** Those that clients speak. */
export const dialects: Readonly<Record<ClientDialectName, Dialect>> = {
  "openai-chat": openaiChat,
  "anthropic-messages": anthropicMessages,
  gemini,
  "openai-responses": openaiResponses,
  ollama,
};

/** Those in which vendors can be asked. */
export const vendorDialects: Readonly<Record<DialectName, VendorDialect>> = {
  ...dialects,
  "bedrock-converse": bedrockConverse,
};

/** What asks for the vector of a text, whoever makes it: in the dialect that most of those speak. */
export function embeddingQuestion(
  model: string,
  text: string,
): { readonly dialect: Dialect; readonly request: ParsedRequest } {
  const body = Buffer.from(JSON.stringify({ model, input: text }));
  return { dialect: openaiChat, request: openaiChat.client.parseRequest("embeddings", body) };
}
