import type { ConversationForm } from "#dialects/bodies/conversation-form.ts";
import { spanAt } from "#dialects/bodies/span.ts";
import { dropMembers } from "#wire/drop-members.ts";
import { findMembers } from "#wire/json-members.ts";

/** Vendors that write what is not there refuse to read it: but without a content there is no message. */
function withoutNothing(message: Buffer): Buffer {
  const members = findMembers(message) ?? [];
  const isNothing = (start: number, end: number): boolean =>
    end - start < longestNothing && /^(?:null|\[\s*\])$/.test(message.toString("latin1", start, end));
  const empty = members.filter(({ key, valueStart, valueEnd }) => key !== "content" && isNothing(valueStart, valueEnd));
  if (empty.length === 0) return message;
  return dropMembers(
    message,
    members,
    empty.map(({ key }) => key),
  );
}

const longestNothing = 20;

export const conversation: ConversationForm = {
  member: "messages",
  isSaid: ({ role }) => role === "assistant",
  said(answer) {
    const message = spanAt(answer, ["choices", 0, "message"]);
    return message === null ? [] : [withoutNothing(message).toString("utf8")];
  },
  limits: [["max_tokens"], ["max_completion_tokens"]],
  fromSaidText: (content) => ({ role: "assistant", content }),
};
