// A vendor's whole answer in this dialect -> what it means. Called for answers that go to a client of another dialect.

import { present } from "#dialects/fields/extras.ts";
import type { ChatResult, Choice, Part, TextPart } from "#hub.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { blockReasonOf, failureOf } from "#dialects/gemini/answer-failure.ts";
import { decodeCitations, placesIn } from "#dialects/gemini/citations.ts";
import { decodeParts } from "./decode-content.ts";
import { decodeFinish, encodeFinish } from "#dialects/gemini/finish.ts";
import { decodeLogprobs } from "#dialects/gemini/logprobs.ts";
import { ProtoReader } from "#dialects/gemini/proto.ts";
import { callPrefix, CallIds } from "#dialects/gemini/tool-calls.ts";
import { readUsageOf } from "#dialects/gemini/usage.ts";

const exact = new ExactMembers({ texts: ["args"] });
const plainAnswer = { operation: "chat.completions" } as const;

/** Null where the body is no answer: no JSON object, or one that neither has candidates nor says why not, or failed. */
export function decodeResult(body: Buffer, fallbackId = ""): ChatResult | null {
  const answer = parseExactly(body.toString("utf8"), exact);
  if (!isObject(answer) || failureOf(answer, plainAnswer) !== null) return null;
  if (!Array.isArray(answer["candidates"]) && blockReasonOf(answer) === undefined) return null;
  const reader = new ProtoReader(answer);
  const candidates = reader.list("candidates") ?? [];
  if (candidates.length === 0) reader.spell("candidates", answer["candidates"]);
  const choices = candidates.map((candidate, at) =>
    decodeCandidate(candidate, at, reader.peek("responseId") || fallbackId),
  );
  reader.spellAsWritten("usageMetadata");
  const { usageMetadata } = answer;
  const tier = memberOf(usageMetadata, "serviceTier");
  return {
    id: reader.string("responseId") ?? "",
    model: reader.string("modelVersion") ?? "",
    createdSeconds: secondsOf(answer["createTime"]),
    // Of a prompt that is refused the vendor writes no candidate at all.
    choices: candidates.length === 0 && blockReasonOf(answer) !== undefined ? [blocked] : choices,
    usage: readUsageOf(answer),
    ...present({ serviceTier: typeof tier === "string" ? tier : undefined }),
    ...reader.extras(),
  };
}

const blocked: Choice = { index: 0, content: [], finish: "content_filter" };

/** Dates before 1970 are none. */
export function secondsOf(time: unknown): number {
  const milliseconds = typeof time === "string" ? Date.parse(time) : 0;
  return milliseconds > 0 ? Math.floor(milliseconds / 1000) : 0;
}

function decodeCandidate(value: unknown, at: number, responseId: unknown): Choice {
  const candidate = isObject(value) ? value : {};
  const reader = new ProtoReader(candidate);
  const index = reader.number("index");
  if (index === undefined) reader.spell("index", "absent");
  const parts = decodeContent(reader, responseId, at);
  const logprobs = decodeLogprobs(candidate["logprobsResult"]);
  if (logprobs !== undefined) reader.spellAsWritten("logprobsResult");
  const hasCalls = parts.some(({ kind }) => kind === "tool_call");
  const finish = decodeFinish(candidate["finishReason"], hasCalls);
  if (finish !== null) {
    if (encodeFinish(finish) !== candidate["finishReason"]) reader.spellAsWritten("finishReason");
    else reader.drop("finishReason");
  }
  const content = cite(parts, candidate);
  return {
    index: index === undefined || !Number.isSafeInteger(index) || index < 0 ? at : index,
    content,
    finish,
    ...present({ logprobs }),
    ...reader.extras(),
  };
}

function decodeContent(reader: ProtoReader, responseId: unknown, at: number): readonly Part[] {
  const content = reader.inner("content");
  if (content === undefined) return [];
  content.spellAsWritten("role");
  const parts = content.list("parts");
  if (parts === undefined || parts.length === 0) content.spell("parts", parts);
  return decodeParts(parts ?? [], new CallIds(callPrefix(responseId) + (at === 0 ? "" : `${at}_`)));
}

/** The vendor tells the places of sources in the whole text, which is one part as a rule. */
function cite(parts: readonly Part[], candidate: JsonObject): readonly Part[] {
  const at = parts.findLastIndex((part) => part.kind === "text");
  const text = parts[at];
  if (text?.kind !== "text") return parts;
  const citations = decodeCitations(candidate, placesIn(text.text));
  if (citations.length === 0) return parts;
  const cited: TextPart = { ...text, citations };
  return parts.map((part, index) => (index === at ? cited : part));
}
