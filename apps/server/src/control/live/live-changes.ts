// Which changes a caller is told of: those of what he may read.

import type { Permission } from "@ghostllm/contract";
import type { LiveChange } from "@ghostllm/contract/routes";
import type { Actor } from "#domain/access/actor.ts";
import { reach, type Reach } from "#domain/access/may.ts";
import type { ObjectChange } from "#link/signals.ts";

const readers: Readonly<Record<string, Permission>> = {
  users: "users.read",
  keys: "keys.read",
  providers: "providers.read",
  models: "models.read",
  aliases: "aliases.read",
  prices: "prices.read",
  health: "providers.read",
  budgets: "keys.read",
  refusals: "usage.read",
};

/** Each once. */
export function changesFor(actor: Actor, changes: readonly ObjectChange[]): readonly LiveChange[] {
  const seen = new Map<string, LiveChange>();
  for (const { what, id, userId } of changes) {
    const permission = readers[what];
    if (permission === undefined || !isWithin(reach(actor, permission), userId)) continue;
    seen.set(`${what} ${id}`, { what, id });
  }
  return [...seen.values()];
}

export function isWithin(reached: Reach, userId: string | null): boolean {
  return reached === "all" || reached.some(({ kind, id }) => kind === "user" && id === userId);
}
