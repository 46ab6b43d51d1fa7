import { anthropicMessages } from "./anthropic-messages.ts";
import { gemini } from "./gemini.ts";
import { ollama } from "./ollama.ts";
import { openaiChat } from "./openai-chat.ts";
import { openaiResponses } from "./openai-responses.ts";
import type { Subject } from "./subject.ts";

/** Every dialect that clients speak. */
export const subjects: readonly Subject[] = [openaiChat, openaiResponses, anthropicMessages, gemini, ollama];
