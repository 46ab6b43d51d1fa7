// Sources that an answer names, both ways: `groundingMetadata` of the vendor's search, and `citationMetadata` of what was
// recited. The vendor counts places in bytes of UTF-8. https://ai.google.dev/gemini-api/docs/google-search

import { present } from "#dialects/fields/extras.ts";
import type { Citation } from "#hub.ts";
import { memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Undefined where the place cannot be told in characters. */
export type FindPlace = (bytes: number) => number | undefined;

/** Places in a text that is known as a whole. */
export function placesIn(text: string): FindPlace {
  const bytes = Buffer.from(text);
  return (at) => (at <= bytes.length ? bytes.toString("utf8", 0, at).length : undefined);
}

export function decodeCitations(candidate: JsonObject, findPlace: FindPlace): readonly Citation[] {
  const { groundingMetadata, citationMetadata } = candidate;
  const recited = listOf(memberOf(citationMetadata, "citationSources") ?? memberOf(citationMetadata, "citations"));
  return [...decodeGrounding(groundingMetadata), ...recited.map((source) => toCitation(source, source))]
    .map((citation) => ("endIndex" in citation ? placed(citation, findPlace) : citation))
    .filter(({ url, title }) => url !== undefined || title !== undefined);
}

/** A source for each text that it supports, or once if the vendor does not say which. */
function decodeGrounding(metadata: unknown): readonly Citation[] {
  const sources = listOf(memberOf(metadata, "groundingChunks")).map(sourceOf);
  const supports = listOf(memberOf(metadata, "groundingSupports"));
  if (supports.length === 0) return sources.map((source) => toCitation(source, {}));
  return supports.flatMap((support) => {
    const segment = memberOf(support, "segment");
    const indices = listOf(memberOf(support, "groundingChunkIndices"));
    return indices.flatMap((index) => {
      const source = typeof index === "number" ? sources[index] : undefined;
      return source === undefined ? [] : [toCitation(source, segment)];
    });
  });
}

function sourceOf(chunk: unknown): unknown {
  return memberOf(chunk, "web") ?? memberOf(chunk, "retrievedContext") ?? memberOf(chunk, "maps");
}

function toCitation(source: unknown, segment: unknown): Citation {
  const end = memberOf(segment, "endIndex");
  const start = memberOf(segment, "startIndex");
  return {
    ...present({ url: textOf(memberOf(source, "uri")), title: textOf(memberOf(source, "title")) }),
    // A place at the beginning is left out, as every 0 of Google's.
    ...(typeof end === "number" && { startIndex: typeof start === "number" ? start : 0, endIndex: end }),
  };
}

function placed({ startIndex = 0, endIndex = 0, ...citation }: Citation, findPlace: FindPlace): Citation {
  const start = findPlace(startIndex);
  const end = findPlace(endIndex);
  return start === undefined || end === undefined ? citation : { ...citation, startIndex: start, endIndex: end };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Of other dialects, for the vendor's clients: pages that a search found. `text` is what they are told of. */
export function encodeCitations(citations: readonly Citation[], text: string): JsonObject {
  if (citations.length === 0) return {};
  const bytesTo = (index: number): number => Buffer.byteLength(text.slice(0, index));
  const supports = citations.flatMap(({ startIndex = 0, endIndex }, index) => {
    if (endIndex === undefined || endIndex <= startIndex) return [];
    const place = { startIndex: bytesTo(startIndex), endIndex: bytesTo(endIndex) };
    const segment = { ...place, text: text.slice(startIndex, endIndex) };
    return [{ segment, groundingChunkIndices: [index] }];
  });
  const chunks = citations.map(({ url, title }) => ({ web: present({ uri: url, title }) }));
  return {
    groundingMetadata: { groundingChunks: chunks, ...(supports.length > 0 && { groundingSupports: supports }) },
  };
}
