// What a collector answers: how much of it it did not take, in what words, and when it may be asked again. Called by span-export.ts.

export interface SpanAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface ReadAnswer {
  readonly rejectedSpans: number;
  /** The collector's words; empty where it says nothing. */
  readonly message: string;
  readonly retryAfterMs: number | null;
}

const longestMessage = 200;
const longestWaitMs = 5 * 60_000;

export function readAnswer({ headers, body }: SpanAnswer, now: number): ReadAnswer {
  const told = /json/i.test(headers["content-type"] ?? "") ? readJson(body) : readProtobuf(body);
  return { ...told, message: told.message.slice(0, longestMessage), retryAfterMs: waitOf(headers["retry-after"], now) };
}

type Told = Pick<ReadAnswer, "rejectedSpans" | "message">;
const nothing: Told = { rejectedSpans: 0, message: "" };

/** Seconds, or a date. */
function waitOf(text: string | undefined, now: number): number | null {
  if (text === undefined) return null;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.min(longestWaitMs, Math.max(0, ms)) : null;
}

function readJson(body: Buffer): Told {
  try {
    const read: unknown = JSON.parse(body.toString("utf8"));
    const { partialSuccess, message } = Object(read) as { partialSuccess?: unknown; message?: unknown };
    const { rejectedSpans = 0, errorMessage = message ?? "" } = Object(partialSuccess) as Record<string, unknown>;
    return { rejectedSpans: Number(rejectedSpans) || 0, message: String(errorMessage) };
  } catch {
    return nothing;
  }
}

/** `ExportTraceServiceResponse`, or of a refusal `google.rpc.Status`: of both the fields that are known. */
function readProtobuf(body: Buffer): Told {
  const fields = fieldsOf(body);
  const partial = fields?.get(1);
  if (partial instanceof Uint8Array) {
    const within = fieldsOf(partial);
    return { rejectedSpans: Number(within?.get(1) ?? 0) || 0, message: textOf(within?.get(2)) };
  }
  return { rejectedSpans: 0, message: textOf(fields?.get(2)) };
}

function textOf(value: number | Uint8Array | undefined): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : "";
}

/** By their numbers; null where it is no message. */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, number | Uint8Array> | null {
  const fields = new Map<number, number | Uint8Array>();
  let at = 0;
  const varint = (): number => {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined) throw new RangeError("cut");
      at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  };
  try {
    while (at < bytes.length) {
      const tag = varint();
      const wireType = tag % 8;
      if (wireType === 0) fields.set(Math.floor(tag / 8), varint());
      else if (wireType === 2) {
        const length = varint();
        fields.set(Math.floor(tag / 8), bytes.subarray(at, at + length));
        at += length;
      } else return null;
    }
    return fields;
  } catch {
    return null;
  }
}
