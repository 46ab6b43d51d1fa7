// A vendor's whole answer in this dialect -> what it means. Called for answers that go to a client of another dialect.

import { FieldReader } from "#dialects/fields/field-reader.ts";
import type { ChatResult, Choice, Citation, FinishReason, MediaPart, Part } from "#hub.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { countOf, isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { failureOf } from "#dialects/openai-chat/answer-failure.ts";
import { decodeCitation } from "#dialects/openai-chat/citations.ts";
import { decodeContent, decodePart } from "./decode-content.ts";
import { decodeToolCalls, readFunctionCall } from "./decode-message.ts";
import { decodeFinish, encodeFinish } from "#dialects/openai-chat/finish.ts";
import { decodeLogprobs } from "#dialects/openai-chat/logprobs.ts";
import { dialect } from "#dialects/openai-chat/name.ts";
import { decodeReasoning } from "#dialects/openai-chat/reasoning.ts";
import { decodeServiceTier } from "#dialects/openai/openai-service-tier.ts";
import { readUsageOf } from "#dialects/openai-chat/usage.ts";

const exact = new ExactMembers({ texts: ["arguments"] });
const chat = { operation: "chat.completions" } as const;

/** Null where the body is no answer: no JSON object, or one that says or shows that the vendor failed. */
export function decodeResult(body: Buffer, fallbackId = ""): ChatResult | null {
  const answer = parseExactly(body.toString("utf8"), exact);
  const choices = memberOf(answer, "choices");
  if (!isObject(answer) || !Array.isArray(choices) || failureOf(answer, chat) !== null) return null;
  const reader = new FieldReader(dialect, answer);
  for (const field of ["choices", "object"]) reader.drop(field);
  reader.spellAsWritten("usage");
  const id = reader.string("id") ?? "";
  return {
    id,
    model: reader.string("model") ?? "",
    createdSeconds: countOf(reader.number("created")),
    choices: choices.filter(isObject).map((choice, index) => decodeChoice(choice, index, id || fallbackId)),
    usage: readUsageOf(answer),
    ...decodeServiceTier(reader),
    ...reader.extras(),
  };
}

function decodeChoice(choice: JsonObject, position: number, answerId: string): Choice {
  const reader = new FieldReader(dialect, choice);
  const index = countOf(reader.number("index") ?? position);
  const message = reader.object("message") ?? {};
  const inner = new FieldReader(dialect, message);
  const content = decodeMessage(inner, callIdPrefix(answerId, index));
  const finish = takeFinish(
    reader,
    content.some(({ kind }) => kind === "tool_call"),
  );
  const logprobs = decodeLogprobs(reader.peek("logprobs"));
  reader.drop("logprobs");
  return { index, content, finish, ...(logprobs && { logprobs }), ...reader.extras({ message: inner.rest() }) };
}

/** Names calls that a vendor left without id. Ids may hold few characters only, and with OpenAI 40 of them at most. */
export function callIdPrefix(answerId: string, index: number): string {
  return `call_${answerId.replaceAll(/[^a-zA-Z0-9_-]/g, "").slice(-24)}_${index}`;
}

function takeFinish(reader: FieldReader, hasCalls: boolean): FinishReason | null {
  const reason = reader.text("finish_reason");
  if (reason === undefined) {
    reader.drop("finish_reason");
    return null;
  }
  const finish = decodeFinish(reason, hasCalls);
  if (encodeFinish(finish) !== reason) reader.spell("finish_reason", reason);
  return finish;
}

function decodeMessage(reader: FieldReader, idPrefix: string): readonly Part[] {
  reader.drop("role");
  const reasoning = decodeReasoning(reader);
  const content = decodeContent(reader).parts;
  const refusal = reader.text("refusal");
  const call = readFunctionCall(reader, idPrefix);
  return [
    ...reasoning,
    ...cite(content, decodeCitations(reader, content)),
    ...decodeImages(reader),
    ...(refusal === undefined ? [] : [{ kind: "refusal", text: refusal } as const]),
    ...decodeToolCalls(reader, idPrefix),
    ...(call === undefined ? [] : [call]),
  ];
}

/** They stay where they are if there is no text to which they belong, or if one of them is of an unknown form. */
function decodeCitations(reader: FieldReader, content: readonly Part[]): readonly Citation[] {
  const annotations = reader.peek("annotations");
  if (!Array.isArray(annotations) || !content.some((part) => part.kind === "text")) return [];
  const citations = annotations.map(decodeCitation).filter((citation) => citation !== undefined);
  if (citations.length < annotations.length) return [];
  reader.drop("annotations");
  return citations;
}

function cite(content: readonly Part[], citations: readonly Citation[]): readonly Part[] {
  const last = content.findLast((part) => part.kind === "text");
  if (citations.length === 0 || last === undefined) return content;
  return content.map((part) => (part === last ? { ...last, citations } : part));
}

/** OpenRouter's place for images that the model made. */
function decodeImages(reader: FieldReader): readonly MediaPart[] {
  const images = reader.peek("images");
  if (!Array.isArray(images)) return [];
  const parts = images.map(decodePart).filter((part): part is MediaPart => part.kind === "image");
  if (parts.length < images.length) return [];
  reader.drop("images");
  return parts;
}
