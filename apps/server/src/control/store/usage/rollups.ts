// Sums of usage by time and by some of what tells requests apart. The finest knows all of it, by the hour; each of the others has fewer
// rows, so that a report of a month reads thousands of them and not millions. Those of hours are written in the transaction of the log,
// those of days are made of hours that are over (days.ts). Pure.

import type { Value } from "#control/store/bulk.ts";
import { hourMs, type HourlyGroup } from "./usage-sums.ts";
import { addTo, writeSketch, type Sketch } from "./sketch.ts";
import { hourlySums } from "./usage-row.ts";

export const dayMs = 24 * hourMs;

export const hourlySketches = ["latency_sketch", "ttft_sketch"] as const;

const modelKeys = ["provider_id", "provider", "model_id", "model", "requested_model", "status"] as const;
/** Of the finest rollup: what tells its rows apart, beside their hour, and what follows from that. */
const hourlyKeys = ["user_id", "api_key_id", ...modelKeys] as const;
const hourlyFacts = ["team_id", "organisation_id"] as const;
export const hourlyColumns = [...hourlyKeys, ...hourlyFacts] as const;

export type RollupColumn = (typeof hourlyColumns)[number];

export interface Rollup {
  readonly table:
    | "usage_hourly"
    | "usage_hourly_models"
    | "usage_hourly_teams"
    | "usage_days"
    | "usage_days_models"
    | "usage_days_owners"
    | "usage_days_tenants"
    | "usage_days_organisations"
    | "usage_days_teams"
    | "usage_days_users"
    | "usage_days_keys";
  /** The column of its time, and how much of it a row is of. */
  readonly time: "hour" | "day";
  /** What tells its rows apart, beside their time. */
  readonly keys: readonly RollupColumn[];
  /** What follows from the keys. */
  readonly facts: readonly RollupColumn[];
}

/** A vendor's model has one id for as long as it is there: in these it is told apart by its name. */
const ofModel = ["provider_id", "provider", "model", "requested_model", "status"] as const;
const ofOwners = ["organisation_id", "team_id", "status"] as const;

export const finest: Rollup = { table: "usage_hourly", time: "hour", keys: hourlyKeys, facts: hourlyFacts };

/** The ones with the fewest rows first. */
export const rollups: Readonly<Record<Rollup["time"], readonly Rollup[]>> = {
  hour: [
    { table: "usage_hourly_models", time: "hour", keys: ofModel, facts: [] },
    { table: "usage_hourly_teams", time: "hour", keys: ofOwners, facts: [] },
    finest,
  ],
  day: [
    { table: "usage_days_models", time: "day", keys: modelKeys, facts: [] },
    { table: "usage_days_tenants", time: "day", keys: ["organisation_id", "status"], facts: [] },
    { table: "usage_days_owners", time: "day", keys: ofOwners, facts: [] },
    { table: "usage_days_organisations", time: "day", keys: ["organisation_id", ...ofModel], facts: [] },
    { table: "usage_days_teams", time: "day", keys: ["team_id", "organisation_id", ...ofModel], facts: [] },
    { table: "usage_days_users", time: "day", keys: ["user_id"], facts: [] },
    { table: "usage_days_keys", time: "day", keys: ["user_id", "api_key_id"], facts: hourlyFacts },
    { table: "usage_days", time: "day", keys: hourlyKeys, facts: hourlyFacts },
  ],
};

const lengths = { hour: hourMs, day: dayMs } as const;

export function columnsOf({ time, keys, facts }: Rollup): readonly string[] {
  return [time, ...keys, ...facts, ...hourlySums, ...hourlySketches];
}

/** Rows of each rollup, in the order of its columns, for what was summed by the hour. */
export function rowsOf(rollup: Rollup, hours: readonly HourlyGroup[]): readonly (readonly Value[])[] {
  if (rollup === finest) return hours.map((group) => [...group.keys, ...group.facts, ...measuresOf(group)]);
  const groups = new Map<string, Sums>();
  const places = [...rollup.keys, ...rollup.facts].map((column) => hourlyColumns.indexOf(column));
  const length = lengths[rollup.time];
  for (const group of hours) {
    const cells = cellsOf(group, places, length);
    const name = cells.join("\0");
    const known = groups.get(name);
    if (known === undefined) groups.set(name, { cells, ...copyOf(group) });
    else addGroup(known, group);
  }
  return [...groups.values()].map((sums) => [...sums.cells, ...measuresOf(sums)]);
}

type Measures = Pick<HourlyGroup, "sums" | "sketches">;
type Sums = Measures & { readonly cells: readonly Value[] };

/** Keys cannot be null. */
function cellsOf({ hour, keys, facts }: HourlyGroup, places: readonly number[], length: number): readonly Value[] {
  const all = [...keys.slice(1), ...facts];
  return [hour - (hour % length), ...places.map((place) => all[place] ?? "")];
}

function copyOf({ sums, sketches: [latencies, firstTokens] }: HourlyGroup): Measures {
  return { sums: [...sums], sketches: [new Map(latencies), new Map(firstTokens)] };
}

function addGroup({ sums, sketches }: Sums, other: HourlyGroup): void {
  for (const [place, sum] of other.sums.entries()) sums[place] = (sums[place] ?? 0) + sum;
  addSketch(sketches[0], other.sketches[0]);
  addSketch(sketches[1], other.sketches[1]);
}

function addSketch(sketch: Sketch, other: Sketch): void {
  for (const [bucket, count] of other) addTo(sketch, bucket, count);
}

function measuresOf({ sums, sketches }: Measures): readonly Value[] {
  return [...sums, ...sketches.map(writeSketch)];
}
