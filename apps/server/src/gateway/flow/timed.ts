import type { Awaitable, Clock } from "#domain/clock.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { PhaseName } from "#telemetry/traces/request-trace.ts";

interface Timing {
  readonly exchange: Pick<Exchange, "trace">;
}

/** A part of a request that takes time of its own, for its trace. */
export async function timed<Result>(
  { clock }: { readonly clock: Clock },
  { exchange: { trace } }: Timing,
  name: PhaseName,
  work: () => Awaitable<Result>,
): Promise<Result> {
  if (trace === null) return await work();
  const from = clock.monotonic();
  let hasFailed = true;
  try {
    const result = await work();
    hasFailed = false;
    return result;
  } finally {
    trace.took(name, from, clock.monotonic(), hasFailed);
  }
}
