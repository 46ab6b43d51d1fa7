import type { ConversationForm } from "#dialects/bodies/conversation-form.ts";
import { spanAt } from "#dialects/bodies/span.ts";

export const conversation: ConversationForm = {
  member: "messages",
  isSaid: ({ role }) => role === "assistant",
  said(answer) {
    const message = spanAt(answer, ["message"]);
    return message === null ? [] : [message.toString("utf8")];
  },
  limits: [["options", "num_predict"]],
  fromSaidText: (content) => ({ role: "assistant", content }),
};
