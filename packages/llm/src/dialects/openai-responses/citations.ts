// Annotations of a text, both ways. Files are named by the vendor's ids, which say nothing to others: their names do.

import { present } from "#dialects/fields/extras.ts";
import type { Citation } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** Undefined for what has no form that is known. */
export function decodeCitation(value: unknown): Citation | undefined {
  if (!isObject(value) || typeof value["type"] !== "string") return undefined;
  const told = present({
    url: textOf(value["url"]),
    title: textOf(value["title"]) ?? textOf(value["filename"]),
    startIndex: numberOf(value["start_index"]),
    endIndex: numberOf(value["end_index"]),
  });
  return { ...told, extras: { dialect, fields: {}, spelling: { written: value } } };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function encodeCitation({ url, title, startIndex, endIndex, extras }: Citation): JsonObject {
  const written = extras?.dialect === dialect ? extras.spelling?.["written"] : undefined;
  if (isObject(written)) return written;
  const place = { start_index: startIndex ?? 0, end_index: endIndex ?? 0 };
  return { type: "url_citation", ...place, url: url ?? "", title: title ?? "" };
}
