// A configuration that is read anew while the server runs: what of it counts at once, and what has changed. Called by compose.
// Invariant: the objects of a Config stay the same ones for as long as the server runs, so that whoever has one reads what is in force.

import { Secret } from "#domain/secret.ts";
import { buildConfig } from "./build.ts";
import type { Config } from "./config.ts";
import type { LoadedConfig } from "./load.ts";
import type { Setting } from "./setting.ts";
import { type SettingName, settings, type SettingValues } from "./settings.ts";

export interface SettingChange {
  readonly path: string;
  /** As it is shown: `[secret]` for what is one. */
  readonly before: string;
  readonly after: string;
  readonly isLive: boolean;
}

const all = Object.entries(settings) as [SettingName, Setting<unknown>][];

/** Settings whose values differ. */
export function changesBetween(before: SettingValues, after: SettingValues): readonly SettingChange[] {
  return all.flatMap(([name, one]) => {
    const [earlier, later] = [before[name], after[name]];
    if (revealed(earlier) === revealed(later)) return [];
    const change = { before: shown(one, earlier), after: shown(one, later), isLive: one.isLive === true };
    return [{ path: one.path, ...change }];
  });
}

/** The values in force: those of `read` that count at once, and else those that the server was started with. */
export function liveValues(started: SettingValues, read: SettingValues): SettingValues {
  const values = all.map(([name, one]) => [name, one.isLive === true ? read[name] : started[name]]);
  return Object.fromEntries(values) as SettingValues;
}

/** Puts values in force, in the objects that everybody has. */
export function putInForce(config: Config, { parts }: Pick<LoadedConfig, "parts">, values: SettingValues): void {
  adopt(config, buildConfig(values, parts));
}

/** Makes `target` what `source` is, without making it another object. */
export function adopt(target: object, source: object): void {
  for (const [name, value] of Object.entries(source)) {
    const present: unknown = Reflect.get(target, name);
    if (isPlain(present) && isPlain(value)) adopt(present, value);
    else Reflect.set(target, name, value);
  }
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function shown({ kind }: Setting<unknown>, value: unknown): string {
  if (value === null) return "unset";
  return value instanceof Secret ? String(value) : kind.show(value);
}

function revealed(value: unknown): string {
  return JSON.stringify([opened(value)]);
}

function opened(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(opened);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, opened(one)]));
}
