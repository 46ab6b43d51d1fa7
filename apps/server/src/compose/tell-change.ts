import type { Signals } from "#link/signals.ts";

/** Resolves when it is in force in this process. */
export function tellChange(signals: Signals): Promise<void> {
  return signals.send({ kind: "snapshot_changed" });
}

/** Of what the server has changed by itself. */
export function tellPages(signals: Signals, what: string): Promise<void> {
  return signals.send({ kind: "object_changed", change: { what, id: null, userId: null } });
}
