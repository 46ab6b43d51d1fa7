// The parts of a content: a table of one small function per field that makes a part what it is. A part of another shape,
// or of several of them, is opaque, and comes back as it was.

import type { Part, Seal, ToolResultPart } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import { decodeFileData, decodeInlineData } from "#dialects/gemini/media.ts";
import { dialect } from "#dialects/gemini/name.ts";
import { fieldOf, ProtoReader } from "#dialects/gemini/proto.ts";
import { decodeSeal, readSealOfCall, sealOf } from "#dialects/gemini/seal.ts";
import { decodeCall, readResponse } from "#dialects/gemini/tool-calls.ts";
import type { CallIds } from "#dialects/gemini/tool-calls.ts";

/** `callId` is what a call was sealed with instead of a vendor's seal. */
type PartDecoder = (reader: ProtoReader, ids: CallIds, callId: string | undefined) => Part | undefined;

const decoders: Readonly<Record<string, PartDecoder>> = {
  text: decodeText,
  inlineData: decodeInlineData,
  fileData: decodeFileData,
  functionCall: decodeCall,
  functionResponse: decodeResult,
};

export function decodeParts(parts: readonly unknown[], ids: CallIds): readonly Part[] {
  return parts.flatMap((part) => decodePart(part, ids));
}

/**
 * A part, and behind it the vendor's seal of it where the hub's part has no place for one: a thought without words.
 * https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export function decodePart(value: unknown, ids: CallIds): readonly Part[] {
  const opaque: Part = { kind: "opaque", dialect, value };
  const names = Object.keys(decoders).filter((name) => fieldOf(value, name) !== undefined);
  const decode = decoders[names[0] ?? ""];
  if (!isObject(value) || names.length !== 1 || decode === undefined) return [opaque];
  const reader = new ProtoReader(value);
  const signature = reader.text("thoughtSignature");
  const seal = signature === undefined ? undefined : decodeSeal(signature);
  const part = decode(reader, ids, seal && readSealOfCall(seal));
  if (part === undefined) return [opaque];
  return seal === undefined ? [part] : sealed(part, seal);
}

function sealed(part: Part, signature: Seal): readonly Part[] {
  if (part.kind === "tool_call" && readSealOfCall(signature) !== undefined) return [part];
  if (part.kind === "tool_call" || part.kind === "reasoning") return [{ ...part, signature }];
  const isEmpty = part.kind === "text" && part.text === "";
  return [part, { kind: "reasoning", text: "", signature, extras: sealOf(isEmpty ? "empty" : "part") }];
}

function decodeText(reader: ProtoReader): Part | undefined {
  const text = reader.string("text");
  if (text === undefined) return undefined;
  const isThought = reader.peek("thought") === true;
  if (typeof reader.peek("thought") === "boolean") reader.spellAsWritten("thought");
  else reader.spell("thought", "absent");
  return { kind: isThought ? "reasoning" : "text", text, ...reader.extras() };
}

function decodeResult(reader: ProtoReader, ids: CallIds): ToolResultPart | undefined {
  const inner = reader.inner("functionResponse");
  const name = inner?.string("name");
  if (inner === undefined || name === undefined) return undefined;
  const response = inner.object("response");
  const { text, isError } = readResponse(response ?? {});
  // Written again as it was: of an object the hub has the words alone.
  if (response !== undefined) inner.spell("response", response);
  const given = inner.text("id");
  if (given === undefined) inner.spell("id", "absent");
  const media = (inner.list("parts") ?? []).map(decodeResultPart);
  if (media.length === 0 && Array.isArray(inner.peek("parts"))) inner.spellAsWritten("parts");
  const words: ToolResultPart["content"] = response === undefined ? [] : [{ kind: "text", text }];
  return {
    kind: "tool_result",
    callId: ids.result(name, given),
    name,
    content: [...words, ...media],
    ...(isError === true && { isError }),
    ...reader.extras(),
  };
}

/** Media, by the same fields as in a content. */
function decodeResultPart(value: unknown): ToolResultPart["content"][number] {
  const reader = new ProtoReader(isObject(value) ? value : {});
  const part = reader.has("inlineData") ? decodeInlineData(reader) : decodeFileData(reader);
  return part ?? { kind: "opaque", dialect, value };
}
