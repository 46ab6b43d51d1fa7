// Values on their way to another thread of this process, where a `Secret` would arrive as an empty object.

import { openSecretOf, Secret, toSecret, type OpenSecret } from "./secret.ts";

/** Plain data: every secret is open in it, in a form that says so. */
export function withOpenSecrets(value: unknown): unknown {
  if (value instanceof Secret) return openSecretOf(value);
  return mapped(value, withOpenSecrets);
}

/** What it was made of. */
export function withSecrets(value: unknown): unknown {
  return isOpenSecret(value) ? toSecret(value) : mapped(value, withSecrets);
}

function mapped(value: unknown, map: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, map(part)]));
}

function isOpenSecret(value: unknown): value is OpenSecret {
  return typeof value === "object" && value !== null && "openSecret" in value;
}
