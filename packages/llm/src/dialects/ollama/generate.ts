// The prompt of `/api/generate`, both ways: a chat of one message, which other dialects can be asked for as well.

import { spellingOf } from "#dialects/fields/extras.ts";
import type { FieldReader } from "#dialects/fields/field-reader.ts";
import type { ChatRequest, Message, Part } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { decodeImages } from "./media.ts";
import { dialect } from "./name.ts";

/** Fields that some clients always write, though they say nothing. */
const blankFields = ["suffix", "system", "template", "context", "raw", "prompt"] as const;

export function decodePrompt(reader: FieldReader): readonly Message[] {
  reader.spell("operation", "generate");
  for (const field of blankFields) if (isBlank(reader.peek(field))) reader.spellAsWritten(field);
  const system = reader.text("system");
  const images = decodeImages(reader);
  const prompt = reader.text("prompt");
  const content: readonly Part[] = [...images, ...toText(prompt)];
  return [
    ...(system === undefined ? [] : [{ role: "system", content: toText(system) } as const]),
    ...(content.length === 0 ? [] : [{ role: "user", content } as const]),
  ];
}

function isBlank(value: unknown): boolean {
  return value === "" || value === null || value === false || (Array.isArray(value) && value.length === 0);
}

function toText(text: string | undefined): readonly Part[] {
  return text === undefined ? [] : [{ kind: "text", text }];
}

/** Undefined for what came to another endpoint. */
export function encodePrompt({ messages, extras }: ChatRequest): JsonObject | undefined {
  const spelling = spellingOf(extras, dialect);
  if (spelling["operation"] !== "generate") return undefined;
  const blank = [...blankFields, "images"].filter((field) => Object.hasOwn(spelling, field));
  const parts = (role: Message["role"]) => messages.filter((message) => message.role === role).flatMap(partsOf);
  const images = parts("user").flatMap((part) => (part.kind === "image" ? [part.source] : []));
  const bytes = images.flatMap((source) => (source.kind === "data" ? [source.base64] : []));
  return {
    ...Object.fromEntries(blank.map((field) => [field, spelling[field]])),
    ...writeText("system", parts("system")),
    ...writeText("prompt", parts("user")),
    ...(bytes.length > 0 && { images: bytes }),
  };
}

function partsOf({ content }: Message): readonly Part[] {
  return content;
}

function writeText(field: string, parts: readonly Part[]): JsonObject {
  const texts = parts.flatMap((part) => (part.kind === "text" ? [part.text] : []));
  return texts.length === 0 ? {} : { [field]: texts.join("") };
}
