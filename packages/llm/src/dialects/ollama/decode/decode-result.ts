// A vendor's whole answer in this dialect -> what it means. Called for answers that go to a client of another dialect.

import { messageOf } from "#dialects/ollama/answer-message.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import { isErrorTold } from "#dialects/errors/read-error.ts";
import type { ChatResult, Choice, Part } from "#hub.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeCreatedAt, makeCallId } from "#dialects/ollama/created-at.ts";
import { decodeAnswer } from "./decode-message.ts";
import { decodeFinish } from "#dialects/ollama/finish.ts";
import { decodeLogprobs } from "#dialects/ollama/logprobs.ts";
import { dialect } from "#dialects/ollama/name.ts";
import { readUsage } from "#dialects/ollama/usage.ts";

const exact = new ExactMembers({ texts: ["arguments"] });

/** Null where the body is no answer: no JSON object, an error, or neither a chat's message nor a prompt's response. */
export function decodeResult(body: Buffer, fallbackId = ""): ChatResult | null {
  const answer = parseExactly(body.toString("utf8"), exact);
  const message = messageOf(answer);
  if (!isObject(answer) || message === undefined || isErrorTold(answer["error"])) return null;
  const reader = new FieldReader(dialect, answer);
  for (const field of ["message", "response", "thinking", "done"]) reader.drop(field);
  const createdAt = reader.peek("created_at");
  reader.spellAsWritten("created_at");
  for (const field of ["prompt_eval_count", "eval_count"]) reader.drop(field);
  return {
    id: "",
    model: reader.string("model") ?? "",
    createdSeconds: decodeCreatedAt(createdAt),
    choices: [decodeChoice(message, reader, fallbackId)],
    usage: readUsage(answer),
    ...reader.extras(),
  };
}

function decodeChoice(message: JsonObject, reader: FieldReader, fallbackId: string): Choice {
  const createdAt = reader.peek("created_at");
  const inner = new FieldReader(dialect, message);
  inner.drop("role");
  const content = decodeAnswer(inner, (call) => makeCallId(createdAt, call, fallbackId));
  const reason = reader.text("done_reason");
  const logprobs = decodeLogprobs(reader.peek("logprobs"));
  reader.drop("logprobs");
  const rest = Object.fromEntries(Object.entries(inner.rest()).filter(([, value]) => value !== undefined));
  const choice = new FieldReader(dialect, {});
  if (reason !== undefined) choice.spell("done_reason", reason);
  return {
    index: 0,
    content,
    finish: reason === undefined ? null : decodeFinish(reason, hasCalls(content)),
    ...(logprobs && { logprobs }),
    ...choice.extras({ message: rest }),
  };
}

function hasCalls(content: readonly Part[]): boolean {
  return content.some((part) => part.kind === "tool_call");
}
