// Values of options, checked before anything is asked of the server.

import { InvalidArgumentError } from "commander";
import type { Command } from "commander";

export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("Give a whole number above 0.");
}

export function toMs(text: string): number {
  if (!/^\d{1,8}$/.test(text)) throw new InvalidArgumentError("Give a whole number of milliseconds.");
  return Number(text);
}

/** `name=value`, given once or more often. */
export function collectSetting(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at <= 0) throw new InvalidArgumentError("Give name=value.");
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

const longLimits = [
  ...["requests_per_hour", "requests_per_day", "tokens_per_hour", "tokens_per_day"],
  ...["cost_usd_per_minute", "cost_usd_per_hour", "cost_usd_per_day"],
] as const;

type LongLimits = Partial<Record<string, number | string>>;

/** `name=value`, of windows that have no option of their own; amounts of USD stay as they are written. */
export function collectLimit(text: string, before: LongLimits = {}): LongLimits {
  const [name = "", value = ""] = text.split("=");
  if (!longLimits.some((one) => one === name)) throw new InvalidArgumentError(`Give one of ${longLimits.join(", ")}.`);
  return { ...before, [name]: name.startsWith("cost_") ? value : parseCount(value) };
}

/** `none` takes away what there is. */
function parseCountOrNone(text: string): number | null {
  return text === "none" ? null : parseCount(text);
}

function parseTextOrNone(text: string): string | null {
  return text === "none" ? null : text;
}

export interface LimitOptions {
  readonly rpm?: number | null;
  readonly tpm?: number | null;
  readonly concurrent?: number | null;
  readonly limit?: LongLimits;
}

/** Limits and a budget, each of which `none` takes away. */
export interface BoundOptions extends LimitOptions {
  readonly budget?: string | null;
}

export function addBounds(command: Command): Command {
  return command
    .option("--budget <usd>", "the most that may be spent, such as 12.5, or none", parseTextOrNone)
    .option("--rpm <count>", "requests per minute, or none", parseCountOrNone)
    .option("--tpm <count>", "tokens per minute, or none", parseCountOrNone)
    .option("--concurrent <count>", "requests at the same time, or none", parseCountOrNone)
    .option("--limit <name=value>", "of another window, such as requests_per_day=500; may be repeated", collectLimit);
}

export function toBounds({ budget, ...limits }: BoundOptions) {
  return { limits: toLimits(limits), ...(budget !== undefined && { budget_usd: budget }) };
}

export function toLimits({ rpm, tpm, concurrent, limit }: LimitOptions) {
  return {
    ...limit,
    ...(rpm !== undefined && { requests_per_minute: rpm }),
    ...(tpm !== undefined && { tokens_per_minute: tpm }),
    ...(concurrent !== undefined && { concurrent_requests: concurrent }),
  };
}

export interface GroupRole {
  readonly group: string;
  /** The server knows which roles there are. */
  readonly role: string;
}

/** `group=role`, given once or more often. */
export function collectGroupRole(text: string, before: GroupRole[] = []): GroupRole[] {
  const at = text.lastIndexOf("=");
  const name = text.slice(at + 1);
  if (at <= 0 || name === "") throw new InvalidArgumentError("Give group=role.");
  return [...before, { group: text.slice(0, at), role: name }];
}
