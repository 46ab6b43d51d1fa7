// Spans as OTLP has them in JSON: ids in hexadecimal digits, 64-bit numbers as texts. Called as otlp-protobuf.ts is.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

import type { Source, SpanCodec } from "./codec.ts";
import type { Attributes, Span, SpanEvent } from "./span.ts";

const statusError = 2;
const [saysRemote, isRemote] = [0x100, 0x200];

export class JsonSpans implements SpanCodec {
  readonly contentType = "application/json";
  readonly #head: string;

  constructor({ resource, scope }: Source) {
    const told = JSON.stringify({ attributes: attributesOf(resource) });
    this.#head = `{"resourceSpans":[{"resource":${told},"scopeSpans":[{"scope":${JSON.stringify(scope)},"spans":[`;
  }

  encode(spans: readonly Span[]): Buffer {
    return Buffer.from(spans.map((span) => JSON.stringify(spanOf(span))).join(","));
  }

  request(slices: readonly Buffer[]): Buffer {
    const comma = Buffer.from(",");
    const parts = slices.flatMap((slice, index) => (index === 0 ? [slice] : [comma, slice]));
    return Buffer.concat([Buffer.from(this.#head), ...parts, Buffer.from("]}]}]}")]);
  }
}

function spanOf(span: Span): object {
  const { parentId, state, isSampled, error, events } = span;
  const remote = span.hasRemoteParent ? isRemote : 0;
  return {
    ...{ traceId: span.traceId, spanId: span.spanId },
    ...(state !== null && { traceState: state }),
    ...(parentId !== null && { parentSpanId: parentId }),
    ...{ name: span.name, kind: span.kind },
    ...{ startTimeUnixNano: nanosTextOf(span.start), endTimeUnixNano: nanosTextOf(span.end) },
    attributes: attributesOf(span.attributes),
    ...(events.length > 0 && { events: events.map(eventOf) }),
    ...(error !== null && { status: { code: statusError, message: error } }),
    flags: (isSampled ? 1 : 0) | saysRemote | remote,
  };
}

function eventOf({ name, at, attributes }: SpanEvent): object {
  return { timeUnixNano: nanosTextOf(at), name, attributes: attributesOf(attributes) };
}

function attributesOf({ keys, kinds, values }: Attributes): readonly object[] {
  return keys.map((key, index) => ({ key, value: valueOf(kinds[index] ?? "text", values[index] ?? "") }));
}

function valueOf(kind: Attributes["kinds"][number], value: Attributes["values"][number]): object {
  if (kind === "text") return { stringValue: value };
  if (kind === "flag") return { boolValue: value };
  if (kind === "int") return { intValue: String(value) };
  if (kind === "real") return { doubleValue: value };
  return { arrayValue: { values: (Array.isArray(value) ? value : []).map((text) => ({ stringValue: String(text) })) } };
}

function nanosTextOf(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const nanos = Math.round((ms - seconds * 1_000) * 1e6);
  return nanos >= 1e9 ? `${seconds + 1}${"0".repeat(9)}` : `${seconds}${String(nanos).padStart(9, "0")}`;
}
