// Images that the model made, which are items of an answer here.

import { spellingOf } from "#dialects/fields/extras.ts";
import type { MediaPart } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { dialect } from "./name.ts";

/** Undefined for another item, or one whose image is not there. */
export function decodeMadeImage(item: unknown): MediaPart | undefined {
  if (!isObject(item) || item["type"] !== "image_generation_call") return undefined;
  const { result, ...rest } = item;
  if (typeof result !== "string" || result === "") return undefined;
  const format = item["output_format"];
  const mediaType = `image/${typeof format === "string" && format !== "" ? format : "png"}`;
  // Some vendors answer with a URL.
  const isUrl = /^https?:/.test(result);
  const source = isUrl
    ? ({ kind: "url", url: result } as const)
    : ({ kind: "data", mediaType, base64: result } as const);
  return { kind: "image", source, extras: { dialect, fields: {}, spelling: { item: rest } } };
}

/** Undefined for what is no image. */
export function encodeMadeImage({ kind, source, extras }: MediaPart, id: string): JsonObject | undefined {
  if (kind !== "image" || source.kind === "file") return undefined;
  const { item } = spellingOf(extras, dialect);
  const result = source.kind === "url" ? source.url : source.base64;
  if (isObject(item)) return { ...item, result };
  return { type: "image_generation_call", id, status: "completed", result };
}
