// The configuration as it crosses to another thread, where a `Secret` would arrive as an empty object. Called by compose.

import { openSecretOf, Secret, toSecret, type OpenSecret } from "#domain/secret.ts";
import type { Config } from "#config/config.ts";

/** Plain data: every secret is open in it, in a form that says so. */
export type CarriedConfig = { readonly carried: unknown };

export function carry(config: Config): CarriedConfig {
  return { carried: opened(config) };
}

export function fromCarried({ carried }: CarriedConfig): Config {
  return closed(carried) as Config;
}

function opened(value: unknown): unknown {
  if (value instanceof Secret) return openSecretOf(value);
  return mapped(value, opened);
}

function closed(value: unknown): unknown {
  return isOpenSecret(value) ? toSecret(value) : mapped(value, closed);
}

function mapped(value: unknown, map: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, map(part)]));
}

function isOpenSecret(value: unknown): value is OpenSecret {
  return typeof value === "object" && value !== null && "openSecret" in value;
}
