// Reads what OTLP sends in Protocol Buffers, strictly: a field that the messages do not have, or of another type, is a fault. It knows
// nothing of how the server writes them.
// https://github.com/open-telemetry/opentelemetry-proto/tree/v1.9.0/opentelemetry/proto

export type AnyValue = string | number | bigint | boolean | readonly AnyValue[];

export interface ReadEvent {
  readonly name: string;
  readonly at: bigint;
  readonly attributes: ReadAttributes;
}

/** Names may be told once. */
export type ReadAttributes = ReadonlyMap<string, AnyValue>;

export interface ReadSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly state: string;
  readonly name: string;
  readonly kind: number;
  /** Epoch nanoseconds. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: ReadAttributes;
  readonly events: readonly ReadEvent[];
  readonly status: { readonly code: number; readonly message: string };
  readonly flags: number;
}

export interface ReadRequest {
  readonly resource: ReadAttributes;
  readonly scope: { readonly name: string; readonly version: string };
  readonly spans: readonly ReadSpan[];
}

type Field =
  | "text"
  | "bytes"
  | "integer"
  | "flag"
  | "double"
  | "fixed32"
  | "fixed64"
  | { readonly of: () => Message; readonly repeated?: true };

type Message = Readonly<Record<number, readonly [name: string, type: Field]>>;

const anyValue: Message = {
  1: ["string", "text"],
  2: ["bool", "flag"],
  3: ["int", "integer"],
  4: ["double", "double"],
  5: ["array", { of: () => arrayValue }],
};
const arrayValue: Message = { 1: ["values", { of: () => anyValue, repeated: true }] };
const keyValue: Message = { 1: ["key", "text"], 2: ["value", { of: () => anyValue }] };
const resource: Message = { 1: ["attributes", { of: () => keyValue, repeated: true }] };
const scope: Message = { 1: ["name", "text"], 2: ["version", "text"] };
const status: Message = { 2: ["message", "text"], 3: ["code", "integer"] };
const event: Message = {
  1: ["at", "fixed64"],
  2: ["name", "text"],
  3: ["attributes", { of: () => keyValue, repeated: true }],
};
const span: Message = {
  1: ["traceId", "bytes"],
  2: ["spanId", "bytes"],
  3: ["state", "text"],
  4: ["parentId", "bytes"],
  5: ["name", "text"],
  6: ["kind", "integer"],
  7: ["start", "fixed64"],
  8: ["end", "fixed64"],
  9: ["attributes", { of: () => keyValue, repeated: true }],
  11: ["events", { of: () => event, repeated: true }],
  15: ["status", { of: () => status }],
  16: ["flags", "fixed32"],
};
const scopeSpans: Message = { 1: ["scope", { of: () => scope }], 2: ["spans", { of: () => span, repeated: true }] };
const resourceSpans: Message = {
  1: ["resource", { of: () => resource }],
  2: ["scopeSpans", { of: () => scopeSpans, repeated: true }],
};
const exportRequest: Message = { 1: ["resourceSpans", { of: () => resourceSpans, repeated: true }] };

type Read = Readonly<Record<string, unknown>>;

const wireTypes = { text: 2, bytes: 2, integer: 0, flag: 0, double: 1, fixed64: 1, fixed32: 5 } as const;

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  message(form: Message): Read {
    const read: Record<string, unknown> = {};
    while (this.#at < this.#bytes.length) {
      const tag = Number(this.#varint());
      const [name, type] = form[tag >> 3] ?? [];
      if (name === undefined || type === undefined) throw new Error(`there is no field ${tag >> 3}`);
      if ((tag & 7) !== (typeof type === "string" ? wireTypes[type] : 2)) throw new Error(`${name} has another type`);
      const value = this.#value(type);
      if (typeof type !== "string" && type.repeated)
        read[name] = [...((read[name] as unknown[] | undefined) ?? []), value];
      else if (name in read) throw new Error(`${name} is told twice`);
      else read[name] = value;
    }
    return read;
  }

  #value(type: Field): unknown {
    if (type === "integer") return BigInt.asIntN(64, this.#varint());
    if (type === "flag") return this.#varint() === 1n;
    if (type === "double") return this.#take(8).readDoubleLE();
    if (type === "fixed64") return this.#take(8).readBigUInt64LE();
    if (type === "fixed32") return this.#take(4).readUInt32LE();
    const bytes = this.#take(Number(this.#varint()));
    if (type === "text") return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return type === "bytes" ? bytes.toString("hex") : new Reader(bytes).message(type.of());
  }

  #take(count: number): Buffer {
    const bytes = this.#bytes.subarray(this.#at, this.#at + count);
    if (bytes.length < count) throw new Error("it ends too soon");
    this.#at += count;
    return bytes;
  }

  #varint(): bigint {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = this.#take(1).readUInt8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7n;
    }
  }
}

export function readProtobuf(bytes: Buffer): ReadRequest {
  const { resourceSpans: [only, ...more] = [] } = new Reader(bytes).message(exportRequest) as {
    resourceSpans?: Read[];
  };
  if (only === undefined || more.length > 0) throw new Error("there is not one resource");
  const [scoped] = only["scopeSpans"] as Read[];
  const spans = ((scoped?.["spans"] as Read[] | undefined) ?? []).map(spanOf);
  return {
    resource: attributesOf((only["resource"] as Read)["attributes"]),
    scope: scoped?.["scope"] as ReadRequest["scope"],
    spans,
  };
}

function spanOf(read: Read): ReadSpan {
  const state = read["status"] as Read | undefined;
  return {
    ...{ traceId: String(read["traceId"]), spanId: String(read["spanId"]), parentId: String(read["parentId"] ?? "") },
    ...{ state: String(read["state"] ?? ""), name: String(read["name"] ?? ""), kind: Number(read["kind"]) },
    ...{ start: read["start"] as bigint, end: read["end"] as bigint, flags: Number(read["flags"]) },
    attributes: attributesOf(read["attributes"]),
    events: ((read["events"] as Read[] | undefined) ?? []).map((one) => ({
      ...{ name: String(one["name"]), at: one["at"] as bigint, attributes: attributesOf(one["attributes"]) },
    })),
    status: { code: Number(state?.["code"] ?? 0), message: String(state?.["message"] ?? "") },
  };
}

function attributesOf(read: unknown): ReadAttributes {
  const attributes = new Map<string, AnyValue>();
  for (const { key, value } of (read as { key: string; value: Read }[] | undefined) ?? []) {
    if (attributes.has(key)) throw new Error(`${key} is told twice`);
    attributes.set(key, valueOf(value));
  }
  return attributes;
}

function valueOf(value: Read): AnyValue {
  const [[kind, told] = [], ...more] = Object.entries(value);
  if (kind === undefined || more.length > 0) throw new Error("a value has not one type");
  if (kind === "array") return ((told as Read)["values"] as Read[]).map(valueOf);
  return told as AnyValue;
}
