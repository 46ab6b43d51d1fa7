// What several gateways know of one target, as one. Called by resources/targets.ts and compose/resting-targets.ts.

import type { GatewayReport, LimitLeft, TargetPace, TargetStanding, TargetState } from "#domain/target-report.ts";

const severity: Readonly<Record<TargetState, number>> = { closed: 0, half_open: 1, open: 2, parked: 3 };

/** The worst is told, for the longest that any of them says; requests are added up. */
export function joined(standings: readonly TargetStanding[]): TargetStanding | null {
  const [worst, ...others] = standings.toSorted((one, other) => severity[other.state] - severity[one.state]);
  if (worst === undefined) return null;
  return others.reduce(
    (all, one) => ({
      ...all,
      forMs: most(all.forMs, one.forMs),
      restMs: Math.max(all.restMs, one.restMs),
      callers: Math.max(all.callers, one.callers),
      callersRestMs: Math.max(all.callersRestMs, one.callersRestMs),
      attempts: all.attempts + one.attempts,
      failed: all.failed + one.failed,
      slow: all.slow + one.slow,
    }),
    worst,
  );
}

function most(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

/** All that gateways know of one target. */
export interface KnownTarget {
  /** By operation. */
  readonly standings: readonly TargetStanding[];
  readonly paces: readonly TargetPace[];
  readonly requests: LimitLeft | null;
  readonly tokens: LimitLeft | null;
  readonly running: number;
}

/** Answers what is known of a target, by its path. */
export function knowing(reports: readonly GatewayReport[]): (path: string) => KnownTarget {
  const standings = Map.groupBy(
    reports.flatMap((report) => report.standings),
    ({ path }) => path,
  );
  const paces = Map.groupBy(
    reports.flatMap((report) => report.paces),
    ({ path }) => path,
  );
  const left = Map.groupBy(
    reports.flatMap((report) => report.left),
    ({ path }) => path,
  );
  return (path) => ({
    standings: byName(standings.get(path) ?? [], ({ operation }) => operation, joined),
    paces: byName(paces.get(path) ?? [], ({ operation, stream }) => `${operation} ${stream}`, slowest),
    requests: least((left.get(path) ?? []).map(({ requests }) => requests)),
    tokens: least((left.get(path) ?? []).map(({ tokens }) => tokens)),
    running: reports.reduce((sum, { running }) => sum + (running.get(path) ?? 0), 0),
  });
}

function byName<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  join: (items: readonly Item[]) => Item | null,
): readonly Item[] {
  return [...Map.groupBy(items, nameOf).values()].flatMap((same) => join(same) ?? []);
}

function slowest(paces: readonly TargetPace[]): TargetPace | null {
  return paces.toSorted((one, other) => other.ms - one.ms)[0] ?? null;
}

/** What one was told last may be older than what another was: the least is nearest to the truth. */
function least(left: readonly (LimitLeft | null)[]): LimitLeft | null {
  return left.filter((one) => one !== null).toSorted((one, other) => one.amount - other.amount)[0] ?? null;
}
