import { emptySnapshot } from "#domain/snapshot.ts";
import type { Snapshot } from "#domain/snapshot.ts";

/** What the gateway needs of the snapshot: the one in force now. */
export interface SnapshotReader {
  current(): Snapshot;
}

/** Where control puts a new snapshot and the gateway finds it. A request reads it once and keeps what it read. */
export class SnapshotHolder implements SnapshotReader {
  #snapshot: Snapshot = emptySnapshot;

  current(): Snapshot {
    return this.#snapshot;
  }

  swap(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
  }
}
