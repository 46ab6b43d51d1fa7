import { dialects } from "@ghostllm/llm";
import { anthropicMessagesClient } from "./anthropic-messages.ts";
import type { ReplayClient } from "./client.ts";
import { geminiClient } from "./gemini.ts";
import { ollamaClient } from "./ollama.ts";
import { openaiChatClient } from "./openai-chat.ts";
import { openaiResponsesClient } from "./openai-responses.ts";

const known: readonly ReplayClient[] = [
  openaiChatClient,
  openaiResponsesClient,
  anthropicMessagesClient,
  geminiClient,
  ollamaClient,
];

export const clients: readonly ReplayClient[] = known.filter(({ format }) => Object.hasOwn(dialects, format));
