// The requests that are with vendors, so that who loses the right to one loses it at once: a key that is revoked or expires, a
// user who is removed, a provider that is disabled, and all when the server stops. Invariant: one review looks at all of them;
// no request has a timer for it.

import type { SteadyTime } from "#domain/clock.ts";
import type { Principal } from "#domain/principal.ts";
import { Roster } from "#domain/roster.ts";
import type { Listed } from "#domain/roster.ts";
import type { Right } from "#domain/right.ts";
import { pathOf } from "#domain/target-path.ts";
import type { ProviderEntry, Snapshot, SnapshotReader, Target } from "#domain/snapshot.ts";

/** Asked for keys alone that expire. */
type Time = Pick<SteadyTime, "now">;

/** Why a request may not go on. */
export type Withdrawal = "revoked" | "expired" | "disabled" | "stopping";

export interface RunningCall extends Listed {
  readonly principal: Principal;
  /** The one that is asked at the moment. */
  readonly target: Pick<Target, "provider" | "model"> | null;
  withdraw(reason: Withdrawal): void;
}

export class RunningCalls {
  readonly #calls = new Roster<RunningCall>();
  readonly #snapshots: SnapshotReader;
  readonly #time: Time;

  constructor({ snapshots, steadyTime }: { readonly snapshots: SnapshotReader; readonly steadyTime: Time }) {
    this.#snapshots = snapshots;
    this.#time = steadyTime;
  }

  add(call: RunningCall): void {
    this.#calls.add(call);
  }

  delete(call: RunningCall): void {
    this.#calls.delete(call);
  }

  withdrawAll(reason: Withdrawal): void {
    for (const call of this.#calls) call.withdraw(reason);
  }

  /** At once, where a new snapshot may take its time. */
  withdrawOf({ kind, id }: Right): void {
    for (const call of this.#calls) {
      if (idsOf(call)[kind] === id) call.withdraw(kind === "provider" ? "disabled" : "revoked");
    }
  }

  /** To be called more than once in a second. */
  review(): void {
    for (const call of this.#calls) {
      const reason = this.withdrawalOf(call);
      if (reason !== null) call.withdraw(reason);
    }
  }

  /** How many are with each target, by its path. */
  byTarget(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { target } of this.#calls) {
      if (target === null) continue;
      const path = pathOf(target);
      counts.set(path, (counts.get(path) ?? 0) + 1);
    }
    return counts;
  }

  /** By what is in force now, whatever was in force when the call began; null where it may go on. */
  withdrawalOf(call: Pick<RunningCall, "principal" | "target">): Withdrawal | null {
    return withdrawalOf(call, this.#snapshots.current(), this.#time);
  }
}

function idsOf({ principal, target }: RunningCall): Readonly<Record<Right["kind"], string | undefined>> {
  return { key: principal.keyId, user: principal.userId, provider: target?.provider.id };
}

function withdrawalOf(
  { principal, target }: Pick<RunningCall, "principal" | "target">,
  { keys, providers, unusableProviders }: Snapshot,
  time: Time,
): Withdrawal | null {
  const present = keys.get(principal.keyHash);
  if (present === undefined) return "revoked";
  const { namedBy, userId } = principal;
  const isAnother = namedBy !== undefined && userId !== present.userId;
  if (isAnother && keys.actingFor(present, namedBy) === undefined) return "revoked";
  if (present.expiresAt !== null && present.expiresAt <= time.now()) return "expired";
  // One that cannot be used any more, such as with a credential that does not open, has been asked when it could.
  if (target === null || unusableProviders.has(target.provider.name)) return null;
  return isThere(target.provider, providers) ? null : "disabled";
}

/** Also under another name. */
function isThere({ id, name }: ProviderEntry, providers: Snapshot["providers"]): boolean {
  return providers.get(name)?.id === id || [...providers.values()].some((other) => other.id === id);
}
