// The requests that are with vendors, so that who loses the right to one loses it at once: a key that is revoked or expires, a
// user who is removed, a provider that is disabled, and all when the server stops. Invariant: one review looks at all of them;
// no request has a timer for it.

import type { SteadyTime } from "#domain/clock.ts";
import type { Principal } from "#domain/principal.ts";
import { Roster } from "#domain/roster.ts";
import type { Listed } from "#domain/roster.ts";
import type { Right } from "#domain/right.ts";
import type { ProviderEntry, Snapshot, SnapshotReader } from "#domain/snapshot.ts";

/** Asked for keys alone that expire. */
type Time = Pick<SteadyTime, "now">;

/** Why a request may not go on. */
export type Withdrawal = "revoked" | "expired" | "disabled" | "stopping";

export interface RunningCall extends Listed {
  readonly principal: Principal;
  /** The one that is asked at the moment. */
  readonly provider: ProviderEntry | null;
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

  /** By what is in force now, whatever was in force when the call began; null where it may go on. */
  withdrawalOf(call: Pick<RunningCall, "principal" | "provider">): Withdrawal | null {
    return withdrawalOf(call, this.#snapshots.current(), this.#time);
  }
}

function idsOf({ principal, provider }: RunningCall): Readonly<Record<Right["kind"], string | undefined>> {
  return { key: principal.keyId, user: principal.userId, provider: provider?.id };
}

function withdrawalOf(
  { principal, provider }: Pick<RunningCall, "principal" | "provider">,
  { keys, providers, unusableProviders }: Snapshot,
  time: Time,
): Withdrawal | null {
  const present = keys.get(principal.keyHash);
  if (present === undefined) return "revoked";
  if (present.expiresAt !== null && present.expiresAt <= time.now()) return "expired";
  // One that cannot be used any more, such as with a credential that does not open, has been asked when it could.
  if (provider === null || unusableProviders.has(provider.name)) return null;
  return isThere(provider, providers) ? null : "disabled";
}

/** Also under another name. */
function isThere({ id, name }: ProviderEntry, providers: Snapshot["providers"]): boolean {
  return providers.get(name)?.id === id || [...providers.values()].some((other) => other.id === id);
}
