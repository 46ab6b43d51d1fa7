import type { Attributes, Span } from "./span.ts";

/** Who tells of spans. */
export interface Source {
  readonly resource: Attributes;
  readonly scope: { readonly name: string; readonly version: string };
}

/** One of the encodings of OTLP: spans become slices, and those the body of a request. */
export interface SpanCodec {
  readonly contentType: string;
  encode(spans: readonly Span[]): Buffer;
  request(slices: readonly Buffer[]): Buffer;
}
