import type { DialectName } from "#providers/definition.ts";
import type { Dialect } from "./dialect.ts";
import { anthropicMessages } from "./anthropic-messages/index.ts";
import { gemini } from "./gemini/index.ts";
import { ollama } from "./ollama/index.ts";
import { openaiChat } from "./openai-chat/index.ts";
import { openaiResponses } from "./openai-responses/index.ts";

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  "openai-chat": openaiChat,
  "anthropic-messages": anthropicMessages,
  gemini,
  "openai-responses": openaiResponses,
  ollama,
};
