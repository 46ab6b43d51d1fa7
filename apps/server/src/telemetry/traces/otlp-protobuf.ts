// Spans as OTLP has them in Protocol Buffers. Called by tracer.ts for each slice of them, and by span-export.ts for what surrounds them.
// https://github.com/open-telemetry/opentelemetry-proto/blob/v1.9.0/opentelemetry/proto/trace/v1/trace.proto

import { BackwardWriter, nanosOf } from "./backward-writer.ts";
import type { SpanCodec, Source } from "./codec.ts";
import type { Attributes, Span, SpanEvent } from "./span.ts";

const statusError = 2;
/** Of flags: what is said of whether the parent is remote, and that it is. */
const [saysRemote, isRemote] = [0x100, 0x200];

export class ProtobufSpans implements SpanCodec {
  readonly contentType = "application/x-protobuf";
  readonly #writer = new BackwardWriter();
  readonly #resource: Buffer;
  readonly #scope: Buffer;

  constructor({ resource, scope }: Source) {
    this.#resource = this.#ofAttributes(resource);
    this.#scope = this.#ofScope(scope);
  }

  encode(spans: readonly Span[]): Buffer {
    const writer = this.#writer;
    for (let index = spans.length - 1; index >= 0; index -= 1) {
      const before = writer.length;
      const span = spans[index];
      if (span !== undefined) this.#span(span);
      writer.nested(2, before);
    }
    return writer.take();
  }

  /** What `encode` made of several slices, as one request. */
  request(slices: readonly Buffer[]): Buffer {
    const writer = this.#writer;
    const before = writer.length;
    for (const slice of slices.toReversed()) writer.raw(slice);
    writer.bytes(1, this.#scope);
    writer.nested(2, before);
    writer.bytes(1, this.#resource);
    writer.nested(1, before);
    return writer.take();
  }

  #span(span: Span): void {
    const writer = this.#writer;
    const { parentId, state, isSampled, error } = span;
    const remote = span.hasRemoteParent ? isRemote : 0;
    writer.fixed32(16, (isSampled ? 1 : 0) | saysRemote | remote);
    if (error !== null) {
      const before = writer.length;
      writer.integer(3, statusError);
      writer.text(2, error);
      writer.nested(15, before);
    }
    for (const event of span.events.toReversed()) this.#event(event);
    this.#attributes(9, span.attributes);
    this.#moment(8, span.end);
    this.#moment(7, span.start);
    writer.integer(6, span.kind);
    writer.text(5, span.name);
    if (parentId !== null) writer.hex(4, parentId);
    if (state !== null) writer.text(3, state);
    writer.hex(2, span.spanId);
    writer.hex(1, span.traceId);
  }

  #event({ name, at, attributes }: SpanEvent): void {
    const writer = this.#writer;
    const before = writer.length;
    this.#attributes(3, attributes);
    writer.text(2, name);
    this.#moment(1, at);
    writer.nested(11, before);
  }

  #moment(field: number, ms: number): void {
    const { high, low } = nanosOf(ms);
    this.#writer.fixed64(field, high, low);
  }

  #attributes(field: number, { keys, kinds, values }: Attributes): void {
    const writer = this.#writer;
    for (let index = keys.length - 1; index >= 0; index -= 1) {
      const before = writer.length;
      this.#value(kinds[index] ?? "text", values[index] ?? "");
      writer.nested(2, before);
      writer.text(1, keys[index] ?? "");
      writer.nested(field, before);
    }
  }

  #value(kind: Attributes["kinds"][number], value: Attributes["values"][number]): void {
    const writer = this.#writer;
    if (kind === "text") return writer.text(1, String(value));
    if (kind === "flag") return writer.integer(2, value === true ? 1 : 0);
    if (kind === "int") return writer.integer(3, Number(value));
    if (kind === "real") return writer.double(4, Number(value));
    const before = writer.length;
    for (const text of Array.isArray(value) ? value.toReversed() : []) {
      const one = writer.length;
      writer.text(1, String(text));
      writer.nested(1, one);
    }
    writer.nested(5, before);
  }

  #ofAttributes(attributes: Attributes): Buffer {
    this.#attributes(1, attributes);
    return this.#writer.take();
  }

  #ofScope({ name, version }: Source["scope"]): Buffer {
    this.#writer.text(2, version);
    this.#writer.text(1, name);
    return this.#writer.take();
  }
}
