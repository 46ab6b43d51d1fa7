import type { ConversationForm } from "#dialects/bodies/conversation-form.ts";
import { elementsOf, spanAt } from "#dialects/bodies/span.ts";
import type { JsonObject } from "#wire/json.ts";

/** Items that clients write themselves: what a tool came to, and what they agree to. */
const ofClients = /(?:_output|_approval_response)$/;

/** Whatever else has no role is an item of an answer: a thought, a call. */
function isSaid({ role, type }: JsonObject): boolean {
  if (role !== undefined) return role === "assistant";
  return !(typeof type === "string" && ofClients.test(type));
}

export const conversation: ConversationForm = {
  member: "input",
  isSaid,
  fromText: (content) => ({ role: "user", content }),
  said(answer) {
    const output = spanAt(answer, ["output"]);
    return output === null ? [] : (elementsOf(output) ?? []).map((item) => item.toString("utf8"));
  },
  fromSaidText: (content) => ({ role: "assistant", content }),
  limits: [["max_output_tokens"]],
  closes: /"type"\s*:\s*"response\.(?:output_text|content_part|output_item)\.done"/,
};
