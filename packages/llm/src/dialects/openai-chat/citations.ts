// `annotations` of an answer, both ways: OpenAI's `url_citation`, or flat objects of vendors with fields of their own.

import { ownFields, present, spellingOf } from "#dialects/fields/extras.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import type { Citation } from "#hub.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** Undefined for an annotation that names no source. */
export function decodeCitation(value: unknown): Citation | undefined {
  if (!isObject(value)) return undefined;
  const nested = memberOf(value, "url_citation");
  if (!isObject(nested)) return typeof value["url"] === "string" ? decodeFlat(value) : undefined;
  const inner = new FieldReader(dialect, nested);
  const outer = new FieldReader(dialect, value);
  outer.drop("url_citation");
  if (outer.peek("type") === "url_citation") outer.drop("type");
  const told = {
    ...present({ url: inner.text("url"), title: inner.text("title"), quote: inner.text("content") }),
    ...present({ startIndex: inner.number("start_index"), endIndex: inner.number("end_index") }),
  };
  return { ...told, ...outer.extras({ url_citation: inner.rest() }) };
}

function decodeFlat(value: JsonObject): Citation {
  const reader = new FieldReader(dialect, value);
  reader.spell("form", "flat");
  const told = present({ url: reader.text("url"), title: reader.text("title"), quote: reader.text("summary") });
  return { ...told, ...reader.extras() };
}

export function encodeCitation({ url, title, quote, startIndex, endIndex, extras }: Citation): JsonObject {
  const fields = ownFields(extras, dialect, new Set());
  if (spellingOf(extras, dialect)["form"] === "flat") return { ...fields, ...present({ url, title, summary: quote }) };
  const { url_citation: inner, ...outer } = fields;
  const told = {
    start_index: startIndex ?? 0,
    end_index: endIndex ?? 0,
    url: url ?? "",
    title: title ?? "",
    ...present({ content: quote }),
  };
  return { type: "url_citation", ...outer, url_citation: { ...(isObject(inner) ? inner : {}), ...told } };
}
