import { defineCompatible } from "./define-compatible.ts";

export const writer = defineCompatible({
  type: "writer",
  label: "Writer",
  documentation: "https://dev.writer.com/api-reference/completion-api/chat-completion",
  baseUrl: "https://api.writer.com/v1",
  variablePrefix: "WRITER",
  quirks: { outputLimit: "max_tokens" },
  // Its `/completions` has a form of its own.
  operations: {
    "chat.completions": "/chat",
  },
});
