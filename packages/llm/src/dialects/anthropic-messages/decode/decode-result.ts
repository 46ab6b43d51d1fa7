// A vendor's whole answer in this dialect -> what it means. Called for answers that go to a client of another dialect.

import { present } from "#dialects/fields/extras.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import type { ChatResult, Choice, FinishReason } from "#hub.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { isObject, memberOf } from "#wire/json.ts";
import { failureOf } from "#dialects/anthropic-messages/answer-failure.ts";
import { decodeBlock } from "./decode-content.ts";
import { decodeFinish, encodeFinish } from "#dialects/anthropic-messages/finish.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";
import { readUsage } from "#dialects/anthropic-messages/usage.ts";

const exact = new ExactMembers({ texts: ["input"] });
const plainMessage = { operation: "chat.completions" } as const;

/** Null where the body is no answer: no JSON object, an error, or one without content. */
export function decodeResult(body: Buffer): ChatResult | null {
  const answer = parseExactly(body.toString("utf8"), exact);
  if (!isObject(answer) || failureOf(answer, plainMessage) !== null) return null;
  const { content } = answer;
  if (!Array.isArray(content) && content !== null) return null;
  const reader = new FieldReader(dialect, answer);
  for (const field of ["content", "type", "role"]) reader.drop(field);
  reader.spellAsWritten("usage");
  const tier = memberOf(answer["usage"], "service_tier");
  const choice = new FieldReader(dialect, { stop_reason: reader.peek("stop_reason") });
  reader.drop("stop_reason");
  return {
    id: reader.string("id") ?? "",
    model: reader.string("model") ?? "",
    createdSeconds: 0,
    choices: [decodeChoice(Array.isArray(content) ? content : [], choice)],
    usage: readUsage(answer["usage"]),
    ...present({ serviceTier: typeof tier === "string" ? tier : undefined }),
    ...reader.extras(),
  };
}

function decodeChoice(content: readonly unknown[], reader: FieldReader): Choice {
  const parts = content.map(decodeBlock);
  const finish = takeFinish(
    reader,
    parts.some(({ kind }) => kind === "tool_call"),
  );
  return { index: 0, content: parts, finish, ...reader.extras() };
}

function takeFinish(reader: FieldReader, hasCalls: boolean): FinishReason | null {
  const reason = reader.text("stop_reason");
  reader.drop("stop_reason");
  if (reason === undefined) return null;
  const finish = decodeFinish(reason, hasCalls);
  if (encodeFinish(finish) !== reason) reader.spell("stop_reason", reason);
  return finish;
}
