// Reads what OTLP sends in JSON, into the same as read-protobuf.ts does.

import type { AnyValue, ReadAttributes, ReadRequest, ReadSpan } from "./read-protobuf.ts";

interface Told {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface ToldSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly Told[];
  readonly events?: readonly { readonly name: string; readonly timeUnixNano: string; readonly attributes?: Told[] }[];
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly flags: number;
}

interface ToldRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Told[] };
    readonly scopeSpans: readonly { readonly scope: ReadRequest["scope"]; readonly spans: readonly ToldSpan[] }[];
  }[];
}

export function readJson(bytes: Buffer): ReadRequest {
  const [told] = (JSON.parse(bytes.toString("utf8")) as ToldRequest).resourceSpans;
  const [scoped] = told?.scopeSpans ?? [];
  if (told === undefined || scoped === undefined) throw new Error("there is no resource");
  const { scope, spans } = scoped;
  return { resource: attributesOf(told.resource.attributes), scope, spans: spans.map(spanOf) };
}

/** Of all resources that are told of, as a collector writes them. */
export function readSpans(bytes: Buffer): readonly ReadSpan[] {
  const { resourceSpans } = JSON.parse(bytes.toString("utf8")) as ToldRequest;
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(spanOf)));
}

function spanOf({ events = [], ...told }: ToldSpan): ReadSpan {
  return {
    ...{ traceId: told.traceId, spanId: told.spanId, parentId: told.parentSpanId ?? "", state: told.traceState ?? "" },
    ...{ name: told.name, kind: told.kind, flags: told.flags },
    ...{ start: nanosOf(told.startTimeUnixNano), end: nanosOf(told.endTimeUnixNano) },
    attributes: attributesOf(told.attributes),
    events: events.map(({ name, timeUnixNano, attributes }) => ({
      ...{ name, at: nanosOf(timeUnixNano), attributes: attributesOf(attributes) },
    })),
    status: { code: told.status?.code ?? 0, message: told.status?.message ?? "" },
  };
}

/** 64 bits are a text. */
function nanosOf(text: unknown): bigint {
  if (typeof text !== "string") throw new Error("a 64-bit number is no text");
  return BigInt(text);
}

/** What is empty may be left out. */
function attributesOf(told: readonly Told[] = []): ReadAttributes {
  return new Map(told.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf(value: Readonly<Record<string, unknown>>): AnyValue {
  if ("stringValue" in value) return String(value["stringValue"]);
  if ("boolValue" in value) return value["boolValue"] === true;
  if ("intValue" in value) return nanosOf(value["intValue"]);
  if ("doubleValue" in value) return Number(value["doubleValue"]);
  const { values } = value["arrayValue"] as { values: Readonly<Record<string, unknown>>[] };
  return values.map(valueOf);
}
