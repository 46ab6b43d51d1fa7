// One span, as both encodings of OTLP tell it.

/** https://github.com/open-telemetry/opentelemetry-proto: `Span.SpanKind`. */
export const kinds = { internal: 1, server: 2, client: 3 } as const;

export type AttributeKind = "text" | "int" | "real" | "flag" | "texts";

/** In the order in which they were added; what is null is left out. */
export class Attributes {
  readonly keys: string[] = [];
  readonly kinds: AttributeKind[] = [];
  readonly values: (string | number | boolean | readonly string[])[] = [];

  text(key: string, value: string | null | undefined): this {
    return value === null || value === undefined || value === "" ? this : this.#add(key, "text", value);
  }

  int(key: string, value: number | null | undefined): this {
    return value === null || value === undefined ? this : this.#add(key, "int", Math.round(value));
  }

  real(key: string, value: number | null | undefined): this {
    return value === null || value === undefined ? this : this.#add(key, "real", value);
  }

  flag(key: string, value: boolean): this {
    return this.#add(key, "flag", value);
  }

  /** Only where it is so. */
  mark(key: string, value: boolean): this {
    return value ? this.#add(key, "flag", true) : this;
  }

  texts(key: string, value: readonly string[]): this {
    return value.length === 0 ? this : this.#add(key, "texts", value);
  }

  #add(key: string, kind: AttributeKind, value: string | number | boolean | readonly string[]): this {
    this.keys.push(key);
    this.kinds.push(kind);
    this.values.push(value);
    return this;
  }
}

export interface SpanEvent {
  readonly name: string;
  /** Epoch ms. */
  readonly at: number;
  readonly attributes: Attributes;
}

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  /** It is somebody else's span, of whom a client told. */
  readonly hasRemoteParent: boolean;
  readonly state: string | null;
  readonly isSampled: boolean;
  readonly name: string;
  readonly kind: (typeof kinds)[keyof typeof kinds];
  /** Epoch ms, fractions included. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
  /** What went wrong; null: nothing is said of that. */
  readonly error: string | null;
}

export const noEvents: readonly SpanEvent[] = [];
