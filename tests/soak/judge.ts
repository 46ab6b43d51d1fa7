// What may not be after an hour: a server that has grown, a request that failed, an account that is not the vendor's.

import { type KindName, kindNames } from "./kinds.ts";
import type { Sample } from "./sample.ts";
import type { Seen } from "./traffic.ts";
import type { Told, ToldByKind } from "./vendor.ts";

export interface Outcome {
  readonly samples: readonly Sample[];
  readonly seen: Seen;
  readonly told: ToldByKind;
  /** Of the vendor's answers, by the server's records. */
  readonly recorded: ToldByKind;
  /** Descriptors before the traffic, and when its connections have been closed behind it. */
  readonly atRest: { readonly before: number; readonly after: number };
  /** Records without a vendor: answers that were kept. */
  readonly recordedKept: number;
}

const mostGrowth = 0.05;
/** Files that are opened late, such as those of a thread. */
export const mostMoreDescriptors = 5;

export type Figure = Exclude<keyof Sample, "seconds">;

export function quartersOf(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const size = samples.length / 4;
  return [0, 1, 2, 3].map((quarter) => samples.slice(Math.round(quarter * size), Math.round((quarter + 1) * size)));
}

export function meanOf(samples: readonly Sample[], figure: Figure): number {
  return samples.reduce((sum, sample) => sum + sample[figure], 0) / samples.length;
}

export function faultsOf({ samples, seen, told, recorded, recordedKept, atRest }: Outcome): readonly string[] {
  return [
    ...growthOf(samples),
    ...lostDescriptors(atRest),
    ...[...seen.failures].map(([reason, count]) => `${count} times: ${reason}`),
    ...kindNames.flatMap((kind) => differenceOf(kind, told[kind], recorded[kind])),
    ...keptDifference(seen.asked.kept - told.kept.requests, recordedKept),
  ];
}

/** The first quarter is the time in which code is compiled and pools fill. */
function growthOf(samples: readonly Sample[]): readonly string[] {
  const [, second = [], , last = []] = quartersOf(samples);
  const [before, after] = [meanOf(second, "residentMegabytes"), meanOf(last, "residentMegabytes")];
  if (after <= before * (1 + mostGrowth)) return [];
  return [`resident memory grew from ${before.toFixed(1)} to ${after.toFixed(1)} MB`];
}

/** Under traffic there are as many as clients hold open; at rest each one too many is lost. */
function lostDescriptors({ before, after }: Outcome["atRest"]): readonly string[] {
  return after <= before + mostMoreDescriptors ? [] : [`descriptors at rest grew from ${before} to ${after}`];
}

/** What a client that has left has used is estimated: of those only their number is the vendor's. */
function differenceOf(kind: KindName, told: Told, recorded: Told): readonly string[] {
  const pick = ({ requests, promptTokens, completionTokens }: Told): string =>
    kind === "left" ? `${requests} requests` : `${requests} requests, ${promptTokens} and ${completionTokens} tokens`;
  const [ours, theirs] = [pick(recorded), pick(told)];
  return ours === theirs ? [] : [`${kind}: the vendor told ${theirs}, and recorded are ${ours}`];
}

function keptDifference(asked: number, recorded: number): readonly string[] {
  return asked === recorded ? [] : [`kept: ${asked} answers were told again, and recorded are ${recorded}`];
}
