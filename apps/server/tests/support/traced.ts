// A tracer whose spans a suite reads, each held to the conventions.

import { Attributes } from "#telemetry/traces/span.ts";
import { ProtobufSpans } from "#telemetry/traces/otlp-protobuf.ts";
import { Tracer, type TracerOptions } from "#telemetry/traces/tracer.ts";
import { faultsOf } from "../../../../tests/support/otlp/conventions.ts";
import { readProtobuf, type AnyValue, type ReadSpan } from "../../../../tests/support/otlp/read-protobuf.ts";
import { waitFor } from "./stage.ts";

export interface Traced {
  readonly tracer: Tracer;
  readonly spans: ReadSpan[];
  /** Of spans that are not as they should be. */
  readonly faults: string[];
  readonly lost: string[];
  /** Those of the request with the next root, when it is there. */
  whole(name?: string | RegExp): Promise<readonly ReadSpan[]>;
  clear(): void;
}

type Settings = Partial<TracerOptions["settings"]> & { readonly textCharacters?: number | null };

export function makeTraced({ textCharacters = null, ...settings }: Settings = {}): Traced {
  const spans: ReadSpan[] = [];
  const faults: string[] = [];
  const lost: string[] = [];
  const codec = new ProtobufSpans({ resource: new Attributes(), scope: { name: "test", version: "1" } });
  const out = {
    add({ bytes }: { readonly bytes: Buffer }) {
      const read = readProtobuf(codec.request([bytes]));
      spans.push(...read.spans);
      faults.push(...read.spans.flatMap(faultsOf));
    },
    close: async () => {},
  };
  const tracer = new Tracer({
    settings: { sampler: "parentbased_always_on", ratio: 1, keepsErrors: true, trustsParents: true, ...settings },
    ...{ textCharacters, codec, out, counts: { lost: (reason: string) => void lost.push(reason) } },
  });
  const rootNamed = (name?: string | RegExp): ReadSpan | undefined =>
    spans.find((span) => isRoot(span) && (name === undefined || new RegExp(name).test(span.name)));
  return {
    ...{ tracer, spans, faults, lost },
    async whole(name) {
      await waitFor(() => rootNamed(name) !== undefined);
      const traceId = rootNamed(name)?.traceId;
      return spans.filter((span) => span.traceId === traceId);
    },
    clear: () => void spans.splice(0),
  };
}

const server = 2;

function isRoot({ kind }: ReadSpan): boolean {
  return kind === server;
}

export function rootOf(spans: readonly ReadSpan[]): ReadSpan {
  return only(spans.filter(isRoot));
}

/** The tries at targets, in their order. */
export function attemptsOf(spans: readonly ReadSpan[]): readonly ReadSpan[] {
  const client = 3;
  return spans.filter(({ kind }) => kind === client).toSorted((one, other) => Number(one.start - other.start));
}

export function named(spans: readonly ReadSpan[], name: string): ReadSpan {
  return only(spans.filter((span) => span.name === name));
}

function only(spans: readonly ReadSpan[]): ReadSpan {
  const [span, ...more] = spans;
  if (span === undefined || more.length > 0) throw new Error(`${spans.length} such spans`);
  return span;
}

/** For a comparison: whole numbers as numbers. */
export function told({ attributes }: ReadSpan): Record<string, unknown> {
  return Object.fromEntries([...attributes].map(([name, value]) => [name, plain(value)]));
}

function plain(value: AnyValue): unknown {
  return typeof value === "bigint" ? Number(value) : value;
}
