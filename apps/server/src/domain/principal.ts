// Who is calling, as the gateway knows it from the snapshot. Pure types and rules, shared by both planes.

import type { Grants } from "#domain/access/roles.ts";
import type { Scope } from "#domain/access/scope.ts";

/** Absent or null means "no limit". All are counted over the last 60 seconds but `concurrentRequests`. */
export interface RateLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly concurrentRequests: number | null;
}

/** A scope with what it is held to. Admission is all-or-nothing over all scopes of a principal. */
export interface LimitedScope extends Scope {
  readonly limits: RateLimits;
  /** Total that may be spent, in nano-USD; null is unlimited. */
  readonly budgetNanos: number | null;
}

export interface Permissions {
  /** Patterns of model names with `*` as wildcard; null allows every model. */
  readonly models: readonly string[] | null;
}

export interface Principal {
  readonly keyId: string;
  /** Under which the snapshot has it. */
  readonly keyHash: string;
  /** The public part of the key, `gk-` and 12 characters: what logs show. */
  readonly publicId: string;
  readonly userId: string;
  /** Beyond the use of models: what the role of the user grants. */
  readonly grants: Grants;
  readonly permissions: Permissions;
  readonly scopes: readonly LimitedScope[];
  /** Epoch ms, or null for a key that does not expire. */
  readonly expiresAt: number | null;
}

/** Does `pattern`, in which `*` stands for any run of characters, match the whole of `name`? */
export function matchesPattern(pattern: string, name: string): boolean {
  const firstStar = pattern.indexOf("*");
  if (firstStar < 0) return pattern === name;
  const lastStar = pattern.lastIndexOf("*");
  const tailLength = pattern.length - lastStar - 1;
  if (name.length < firstStar + tailLength) return false;
  if (!name.startsWith(pattern.slice(0, firstStar)) || !name.endsWith(pattern.slice(lastStar + 1))) return false;
  return lastStar === firstStar || holdsInOrder(pattern.slice(firstStar + 1, lastStar), name, firstStar, tailLength);
}

/** What stands between the first star and the last, in the rest of the name. */
function holdsInOrder(middle: string, name: string, from: number, tailLength: number): boolean {
  let at = from;
  for (const part of middle.split("*")) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= name.length - tailLength;
}
