import type { DialectName } from "#providers/definition.ts";
import type { Dialect } from "./dialect.ts";
import { openaiChat } from "./openai-chat/index.ts";

export const dialects: Readonly<Record<DialectName, Dialect>> = { "openai-chat": openaiChat };
