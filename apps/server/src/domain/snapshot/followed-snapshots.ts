// The snapshots of another thread, followed by what it tells: its parts once, and then each change. Called by gateways that run beside
// control, in threads of their own.

import type { ProviderDefinition } from "@ghostllm/llm";
import { emptySnapshot } from "#domain/snapshot.ts";
import type { Snapshot, SnapshotReader } from "#domain/snapshot.ts";
import { Assembly } from "./assembly.ts";
import type { SnapshotChange, SnapshotParts } from "./parts.ts";

export class FollowedSnapshots implements SnapshotReader {
  readonly #definitions: readonly ProviderDefinition[];
  #assembly: Assembly | null = null;

  constructor(definitions: readonly ProviderDefinition[]) {
    this.#definitions = definitions;
  }

  current(): Snapshot {
    return this.#assembly?.snapshot ?? emptySnapshot;
  }

  open(parts: SnapshotParts): void {
    this.#assembly = Assembly.of(parts, this.#definitions);
  }

  /** `version`: of the snapshot that it leads to. False where it is not the next one: then the parts are to be asked for again. */
  apply(change: SnapshotChange, version: number): boolean {
    if (this.#assembly === null) return false;
    const known = this.current().version;
    // What the parts had in them already.
    if (version <= known) return true;
    if (version !== known + 1) return false;
    this.#assembly.apply(change, version);
    return true;
  }
}
