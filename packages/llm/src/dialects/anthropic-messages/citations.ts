// Sources that a text names. The vendor counts places within the source, not within its answer: they stay extras.

import { present } from "#dialects/fields/extras.ts";
import { FieldReader } from "#dialects/fields/field-reader.ts";
import type { Citation } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** Of pages and of search results, or of documents. */
const urlFields = ["url", "source"] as const;
const titleFields = ["title", "document_title"] as const;

/** Undefined for what has no form that is known. */
export function decodeCitation(value: unknown): Citation | undefined {
  if (!isObject(value) || typeof value["cited_text"] !== "string") return undefined;
  const reader = new FieldReader(dialect, value);
  const url = takeFirst(reader, "url", urlFields);
  const title = takeFirst(reader, "title", titleFields);
  const quote = reader.string("cited_text");
  return { ...present({ url, title, quote }), ...reader.extras() };
}

function takeFirst(reader: FieldReader, meaning: string, fields: readonly string[]): string | undefined {
  for (const field of fields) {
    const text = reader.string(field);
    if (text === undefined) continue;
    reader.spell(meaning, field);
    return text;
  }
  return undefined;
}

/** Of other dialects: a page that was found, without the mark with which the vendor finds it again. */
export function encodeCitation({ url, title, quote, extras }: Citation): JsonObject {
  if (extras?.dialect !== dialect) {
    const told = { cited_text: quote ?? "", encrypted_index: "", title: title ?? null, url: url ?? "" };
    return { type: "web_search_result_location", ...told };
  }
  const { url: urlField, title: titleField } = extras.spelling ?? {};
  return {
    ...extras.fields,
    cited_text: quote ?? "",
    ...(url !== undefined && { [String(urlField)]: url }),
    ...(title !== undefined && { [String(titleField)]: title }),
  };
}
