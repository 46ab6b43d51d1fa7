// The blocks of an answer: a table of one small function per member. What has no meaning in other dialects is opaque.

import { present, writeJson } from "#dialects/fields/extras.ts";
import { readSeal } from "#dialects/seals/seals.ts";
import type { Citation, Part, TextPart } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "#dialects/bedrock-converse/name.ts";

type BlockDecoder = (value: unknown) => Part | undefined;

const decoders: Readonly<Record<string, BlockDecoder>> = {
  text: (text) => (typeof text === "string" ? { kind: "text", text } : undefined),
  toolUse: decodeToolUse,
  reasoningContent: decodeReasoning,
  citationsContent: decodeCited,
  image: decodeImage,
};

/** Sources that are told in blocks of their own belong to the text before them. */
export function decodeContent(blocks: readonly unknown[]): readonly Part[] {
  const parts: Part[] = [];
  for (const block of blocks) {
    const part = decodeBlock(block);
    const last = parts.at(-1);
    if (part.kind === "text" && part.text === "" && part.citations !== undefined && last?.kind === "text")
      parts[parts.length - 1] = { ...last, citations: [...(last.citations ?? []), ...part.citations] };
    else parts.push(part);
  }
  return parts;
}

function decodeBlock(block: unknown): Part {
  const names = isObject(block) ? Object.keys(block) : [];
  const name = names.find((key) => Object.hasOwn(decoders, key)) ?? "";
  return decoders[name]?.(memberOf(block, name)) ?? { kind: "opaque", dialect, value: block };
}

/** Tools that the vendor runs itself are no calls for the client. */
function decodeToolUse(value: unknown): Part | undefined {
  const id = memberOf(value, "toolUseId");
  const name = memberOf(value, "name");
  const input = memberOf(value, "input");
  if (typeof id !== "string" || typeof name !== "string" || isServed(value)) return undefined;
  return { kind: "tool_call", id, name, argumentsText: writeJson(isObject(input) ? input : {}, "provider_error") };
}

export function isServed(toolUse: unknown): boolean {
  return memberOf(toolUse, "type") === "server_tool_use";
}

function decodeReasoning(value: unknown): Part | undefined {
  const encrypted = memberOf(value, "redactedContent");
  if (typeof encrypted === "string") return { kind: "reasoning", text: "", encrypted: readSeal(encrypted, dialect) };
  const thought = memberOf(value, "reasoningText");
  const text = memberOf(thought, "text");
  const signature = memberOf(thought, "signature");
  if (typeof text !== "string") return undefined;
  const isSigned = typeof signature === "string" && signature !== "";
  return { kind: "reasoning", text, ...(isSigned && { signature: readSeal(signature, dialect) }) };
}

function decodeCited(value: unknown): TextPart | undefined {
  const sources = memberOf(value, "citations");
  if (!Array.isArray(sources)) return undefined;
  return {
    kind: "text",
    text: textOf(memberOf(value, "content")),
    citations: sources.filter(isObject).map(decodeCitation),
  };
}

/** Places are counted within the documents of the prompt, which says nothing of the text. */
export function decodeCitation(value: JsonObject): Citation {
  const url = memberOf(memberOf(value["location"], "web"), "url");
  const { title } = value;
  return present({
    url: typeof url === "string" ? url : undefined,
    title: typeof title === "string" ? title : undefined,
    quote: textOf(value["sourceContent"]) || undefined,
  });
}

function textOf(parts: unknown): string {
  const texts = Array.isArray(parts) ? parts.map((part: unknown) => memberOf(part, "text")) : [];
  return texts.filter((text) => typeof text === "string").join("");
}

function decodeImage(value: unknown): Part | undefined {
  const format = memberOf(value, "format");
  const base64 = memberOf(memberOf(value, "source"), "bytes");
  if (typeof format !== "string" || typeof base64 !== "string") return undefined;
  return { kind: "image", source: { kind: "data", mediaType: `image/${format}`, base64 } };
}
