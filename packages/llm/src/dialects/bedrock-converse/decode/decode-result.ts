// A whole answer in this dialect -> what it means. It tells neither an id nor the model.

import { present } from "#dialects/fields/extras.ts";
import type { ChatResult } from "#hub.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { memberOf } from "#wire/json.ts";
import { contentOf, failureOf } from "./answer-failure.ts";
import { decodeContent } from "./decode-content.ts";
import { decodeFinish } from "./finish.ts";
import { readUsage } from "./usage.ts";

const exact = new ExactMembers({ texts: ["input"] });

/** Null where the body is no answer: no JSON object, or one without content. */
export function decodeResult(body: Buffer): ChatResult | null {
  const answer = parseExactly(body.toString("utf8"), exact);
  const content = contentOf(answer);
  if (!Array.isArray(content) || failureOf(answer) !== null) return null;
  const reason = memberOf(answer, "stopReason");
  const tier = memberOf(memberOf(answer, "serviceTier"), "type");
  const parts = decodeContent(content);
  const hasCalls = parts.some(({ kind }) => kind === "tool_call");
  const finish = typeof reason === "string" && reason !== "" ? decodeFinish(reason, hasCalls) : null;
  return {
    id: "",
    model: "",
    createdSeconds: 0,
    choices: [{ index: 0, content: parts, finish }],
    usage: readUsage(memberOf(answer, "usage"), memberOf(answer, "serviceTier")),
    ...present({ serviceTier: typeof tier === "string" ? tier : undefined }),
  };
}
