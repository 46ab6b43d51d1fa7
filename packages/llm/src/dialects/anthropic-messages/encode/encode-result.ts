// What an answer means -> the answer for a client of this dialect, which knows one choice only: the first.

import { ownFields, spellingOf, writeJson } from "#dialects/fields/extras.ts";
import { unsealed, writeSeal } from "#dialects/seals/seals.ts";
import type { ChatResult, Choice, FinishReason, Part, ReasoningPart, Seal, TextPart, ToolCallPart } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCitation } from "#dialects/anthropic-messages/citations.ts";
import { encodePart } from "./encode-content.ts";
import { encodeFinish } from "#dialects/anthropic-messages/finish.ts";
import { dialect } from "#dialects/anthropic-messages/name.ts";
import { encodeTierFact } from "./service-tier.ts";
import { encodeUsage } from "#dialects/anthropic-messages/usage.ts";

export function encodeResult(result: ChatResult): string {
  const [choice] = result.choices;
  const content = choice?.content ?? [];
  const { usage } = spellingOf(result.extras, dialect);
  const answer = {
    id: result.id,
    type: "message",
    role: "assistant",
    model: result.model,
    content: content.flatMap(encodeAnswerPart),
    stop_reason: choice === undefined ? encodeFinish("stop") : encodeStopReason(choice),
    stop_sequence: null,
    usage: usage ?? encodeUsage(result.usage, encodeTierFact(result.serviceTier)),
    ...ownFields(result.extras, dialect, new Set()),
  };
  return writeJson(answer, "provider_error");
}

function encodeStopReason({ finish, content, extras }: Choice): unknown {
  const { stop_reason: written } = spellingOf(extras, dialect);
  return written ?? encodeFinish(finish === null ? guessFinish(content) : withRefusal(finish, content));
}

/** A whole answer has ended, also where the vendor did not say why; clients cannot do without a reason. */
function guessFinish(content: readonly Part[]): FinishReason {
  return content.some((part) => part.kind === "tool_call") ? "tool_calls" : withRefusal("stop", content);
}

/** Others end an answer that refuses as any other, since they write the refusal in a place of its own. */
function withRefusal(finish: FinishReason, content: readonly Part[]): FinishReason {
  return finish === "stop" && content.some((part) => part.kind === "refusal") ? "refusal" : finish;
}

function encodeAnswerPart(part: Part): readonly unknown[] {
  if (part.kind === "reasoning") return encodeThoughts(part);
  if (part.kind === "tool_call" && part.signature !== undefined) return encodeSealedCall(part, part.signature);
  // The vendor's own answers hold no media.
  if (part.kind === "image" || part.kind === "audio" || part.kind === "document") return [];
  const block = part.kind === "text" ? encodeAnswerText(part) : encodePart(part, new Set());
  return block === undefined ? [] : [block];
}

/** A call has no place for a seal: a thought without words before it has. */
function encodeSealedCall({ signature: _signature, ...call }: ToolCallPart, signature: Seal): readonly unknown[] {
  return [...encodeThoughts({ kind: "reasoning", text: "", signature }), encodePart(call, new Set())];
}

function encodeAnswerText({ text, citations, extras }: TextPart): JsonObject | undefined {
  const { text: form, citations: none } = spellingOf(extras, dialect);
  if (text === "" && form !== "blank") return undefined;
  const written = citations === undefined ? none : citations.map(encodeCitation);
  const fields = ownFields(extras, dialect, new Set());
  return { ...fields, type: "text", text, ...(written !== undefined && { citations: written }) };
}

/** Clients expect a signature, which thoughts of other vendors lack: one of nobody stands for it. */
function encodeThoughts({ text, signature, encrypted, extras }: ReasoningPart): readonly JsonObject[] {
  const fields = ownFields(extras, dialect, new Set());
  const sealed = { ...fields, type: "redacted_thinking", data: encrypted && writeSeal(encrypted, dialect) };
  const thought = {
    ...fields,
    type: "thinking",
    thinking: text,
    signature: writeSeal(signature ?? unsealed, dialect),
  };
  if (encrypted === undefined) return [thought];
  return text === "" ? [sealed] : [thought, sealed];
}
