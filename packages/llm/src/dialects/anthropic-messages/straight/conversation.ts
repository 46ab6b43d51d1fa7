import type { ConversationForm } from "#dialects/bodies/conversation-form.ts";
import { spanAt } from "#dialects/bodies/span.ts";

export const conversation: ConversationForm = {
  member: "messages",
  isSaid: ({ role }) => role === "assistant",
  said(answer) {
    const content = spanAt(answer, ["content"]);
    const isEmpty = content === null || /^\[\s*\]$/.test(content.toString("latin1", 0, 100));
    return isEmpty ? [] : [`{"role":"assistant","content":${content.toString("utf8")}}`];
  },
  fromSaidText: (content) => ({ role: "assistant", content }),
  limits: [["max_tokens"]],
  closes: /"type"\s*:\s*"(?:content_block_stop|message_delta)"/,
};
