import type { Expectation } from "./unit.ts";

export type { Expectation } from "./unit.ts";

/** Changes that are one. */
export interface UnitStore {
  /**
   * All that is changed in the store meanwhile is changed at once when the work is done, or not at all where it rejects. Within another it
   * is a part of that: where it rejects, only the part is undone. Rejects with `precondition_failed` where an object is not as expected.
   */
  together<Result>(work: () => Promise<Result>, expected?: Expectation | null): Promise<Result>;
  /** At once; of what is changed together, when it is stored. The same work is done once. */
  afterwards(work: () => Promise<unknown>): Promise<void>;
  /** What is told whatever becomes of the changes; nobody waits for it. */
  outside(work: () => void): void;
  /** Resolves when what is being changed together is stored or given up; null where nothing is. */
  settled(): Promise<void> | null;
  /** Nobody else adds usage until the present changes are stored: to be called before changes of many keys. */
  holdUsage(): Promise<void>;
}

/** Which versions there are of what operators change: another one after each change, whoever has made it. */
export interface VersionStore {
  find(object: { readonly kind: string; readonly id: string }): Promise<string>;
  /** Of what went with something else. */
  forgetOrphans(): Promise<void>;
}
