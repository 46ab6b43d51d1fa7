// A vendor's whole answer in this dialect -> what it means. Called for answers that go to a client of another dialect.

import { present } from "#dialects/fields/extras.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import type { ChatResult, Choice, Part } from "#hub.ts";
import { countOf, isObject, memberOf, parseJson } from "#wire/json.ts";
import { failureOf } from "#dialects/openai-responses/answer-failure.ts";
import { AssistantRun } from "./assistant-run.ts";
import { decodeFinish } from "#dialects/openai-responses/finish.ts";
import { logprobsIn } from "#dialects/openai-responses/logprobs.ts";
import { decodeMadeImage } from "#dialects/openai-responses/made-image.ts";
import { dialect } from "#dialects/openai-responses/name.ts";
import { readUsageOf } from "#dialects/openai-responses/usage.ts";

/** Fields that say what is understood otherwise. */
const spelledFields = ["usage", "status", "incomplete_details", "created_at"] as const;

const plainAnswer = { operation: "chat.completions" } as const;

/** Null where the body is no answer: no JSON object, one without output, or a failure. */
export function decodeResult(body: Buffer, fallbackId = ""): ChatResult | null {
  const answer = parseJson(body.toString("utf8"));
  const output = memberOf(answer, "output");
  if (!isObject(answer) || !Array.isArray(output) || failureOf(answer, plainAnswer) !== null) return null;
  const reader = new FieldReader(dialect, answer);
  reader.drop("output");
  for (const field of spelledFields) reader.spellAsWritten(field);
  const id = reader.string("id") ?? "";
  return {
    id,
    model: reader.string("model") ?? "",
    createdSeconds: countOf(answer["created_at"]),
    choices: [decodeChoice(output, answer, id || fallbackId)],
    usage: readUsageOf(answer),
    ...present({ serviceTier: reader.text("service_tier") }),
    ...reader.extras(),
  };
}

function decodeChoice(output: readonly unknown[], answer: unknown, id: string): Choice {
  let calls = 0;
  const run = new AssistantRun({ names: namesOfVendor, makeId: () => callId(id, calls++) });
  for (const item of output) run.add(item);
  const content = run.parts.map(withMadeImage);
  const finish = decodeFinish(
    answer,
    content.some(({ kind }) => kind === "tool_call"),
  );
  const logprobs = output.flatMap(logprobsOf);
  return { index: 0, content, finish, ...(logprobs.length > 0 && { logprobs: { content: logprobs } }), ...run.extras };
}

/** A client of another dialect has no namespaces: what it listed is called by its name. */
const namesOfVendor = { nameOf: (name: string): string => name };

/** Names a call that has no id. */
export function callId(answerId: string, call: number): string {
  return `call_${answerId}_${call}`;
}

function withMadeImage(part: Part): Part {
  return part.kind === "opaque" ? (decodeMadeImage(part.value) ?? part) : part;
}

function logprobsOf(item: unknown): readonly unknown[] {
  const content = memberOf(item, "content");
  return Array.isArray(content) ? content.flatMap((part) => logprobsIn(memberOf(part, "logprobs")) ?? []) : [];
}
