// What an answer means -> the answer for a client of this dialect.

import { ownFields, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import type { ChatResult, Choice, Citation, FinishReason, Part, ToolCallPart } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCitations } from "#dialects/gemini/citations.ts";
import { encodeParts } from "./encode-content.ts";
import { encodeFinish } from "#dialects/gemini/finish.ts";
import { encodeLogprobs } from "#dialects/gemini/logprobs.ts";
import { dialect } from "#dialects/gemini/name.ts";
import { within, writeProto } from "#dialects/gemini/proto.ts";
import { sealOfCall } from "#dialects/gemini/seal.ts";
import { encodeUsage } from "#dialects/gemini/usage.ts";

export function encodeResult(result: ChatResult): string {
  const { id, model, createdSeconds, choices, extras } = result;
  const { candidates: none, usageMetadata, ...spelling } = spellingOf(extras, dialect);
  const kept = ownFields(extras, dialect, new Set());
  const isOwn = extras?.dialect === dialect;
  const isBlocked = isOwn && kept["promptFeedback"] !== undefined;
  const told = {
    candidates: isBlocked && none === undefined && choices.every(isEmpty) ? none : choices.map(encodeChoice),
    usageMetadata: isOwn ? usageMetadata : encodeTold(result),
    modelVersion: model === "" && isOwn ? undefined : model,
    responseId: id === "" ? undefined : id,
    createTime: isOwn ? undefined : timeOf(createdSeconds),
  };
  return writeJson(writeProto(told, kept, spelling), "provider_error");
}

/** Undefined where the vendor told none, or none that a date has. */
export function timeOf(seconds: number): string | undefined {
  return seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000).toISOString() : undefined;
}

function isEmpty({ content, extras }: Choice): boolean {
  return content.length === 0 && extras === undefined;
}

function encodeTold({ usage, serviceTier }: ChatResult): JsonObject | undefined {
  if (usage === null) return undefined;
  return { ...encodeUsage(usage), ...(serviceTier !== undefined && { serviceTier }) };
}

function encodeChoice({ index, content, finish, logprobs, extras }: Choice): JsonObject {
  const { index: place, finishReason, logprobsResult, content: inner, ...spelling } = spellingOf(extras, dialect);
  const kept = ownFields(extras, dialect, new Set());
  const isOwn = extras?.dialect === dialect;
  const told = {
    content: encodeContent(content, isOwn ? inner : { role: "model" }, within(kept, "content")),
    finishReason: finishReason ?? endOf(finish, isOwn),
    index: place === "absent" ? undefined : index,
    ...(isOwn ? { logprobsResult } : { ...encodeLogprobs(logprobs), ...encodeSources(content) }),
  };
  return writeProto(told, kept, spelling);
}

/** A whole answer has ended, also where its vendor did not say why. */
function endOf(finish: FinishReason | null, isOwn: boolean): string | undefined {
  if (finish === null) return isOwn ? undefined : encodeFinish("stop");
  return encodeFinish(finish);
}

/** `spelling` is undefined where the vendor wrote no content. */
function encodeContent(content: readonly Part[], spelling: unknown, kept: JsonObject): JsonObject | undefined {
  if (!isObject(spelling)) return undefined;
  const { role, parts: none, ...names } = spelling;
  const parts = encodeAnswerParts(content);
  const told = { parts: parts.length === 0 && Object.hasOwn(spelling, "parts") ? none : parts, role };
  return writeProto(told, kept, names);
}

/** Thoughts of every vendor are told, with or without a seal. */
export function encodeAnswerParts(content: readonly Part[]): readonly unknown[] {
  const marked = content.map((part): Part => {
    if (part.kind === "tool_call") return withSealedId(part);
    if (part.kind !== "reasoning" || part.extras?.dialect === dialect) return part;
    return { ...part, extras: { dialect, fields: {}, spelling: { thought: true } } };
  });
  return encodeParts(marked, { notes: new Set(), names: new Map(), takesResultMedia: true });
}

function withSealedId(call: ToolCallPart): ToolCallPart {
  const isOwn = call.extras?.dialect === dialect;
  return isOwn || call.signature !== undefined ? call : { ...call, signature: sealOfCall(call.id) };
}

function encodeSources(content: readonly Part[]): JsonObject {
  const texts = content.filter((part) => part.kind === "text");
  let text = "";
  const citations = texts.flatMap(({ text: words, citations: sources = [] }) => {
    const offset = text.length;
    text += words;
    return sources.map((source): Citation => moved(source, offset));
  });
  return encodeCitations(citations, text);
}

function moved({ startIndex, endIndex, ...source }: Citation, offset: number): Citation {
  if (endIndex === undefined) return source;
  return { ...source, startIndex: (startIndex ?? 0) + offset, endIndex: endIndex + offset };
}
