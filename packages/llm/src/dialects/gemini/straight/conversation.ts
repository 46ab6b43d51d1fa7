import type { ConversationForm } from "#dialects/bodies/conversation-form.ts";
import { elementsOf, spanAt } from "#dialects/bodies/span.ts";

export const conversation: ConversationForm = {
  member: "contents",
  isSaid: ({ role }) => role === "model",
  said(answer) {
    const content = spanAt(answer, ["candidates", 0, "content"]);
    const parts = content === null ? null : spanAt(content, ["parts"]);
    if (content === null || parts === null) return [];
    // What has no role is a client's.
    return [
      spanAt(content, ["role"]) === null ? `{"role":"model","parts":${parts.toString("utf8")}}` : content.toString(),
    ];
  },
  fromSaidText: (text) => ({ role: "model", parts: [{ text }] }),
  limits: [
    ["generationConfig", "maxOutputTokens"],
    ["generation_config", "max_output_tokens"],
  ],
  asEvents(stream) {
    const chunks = elementsOf(stream);
    // No text of JSON holds a line feed.
    return chunks === null ? stream : Buffer.from(chunks.map((chunk) => `data: ${onOneLine(chunk)}\n\n`).join(""));
  },
};

const onOneLine = (json: Buffer): string => json.toString("utf8").replace(/[\r\n]+/g, " ");
