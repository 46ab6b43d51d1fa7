// How what is declared stands, as others are told. Implemented by keeper.ts.

import type { ConfigProblem } from "#config/problems.ts";
import type { Step } from "./report.ts";

/** The file that was applied last. */
export interface AppliedFile {
  readonly digest: string;
  readonly file: string;
  /** Epoch ms. */
  readonly at: number;
  readonly instance: string;
}

export interface Standing {
  /** Of this instance; null where it declares nothing. */
  readonly file: string | null;
  /** `in_force`; `older`: another instance has a newer one; `refused`: it cannot be applied; `none`: it declares nothing. */
  readonly state: "in_force" | "older" | "refused" | "none";
  readonly applied: AppliedFile | null;
  readonly problems: readonly ConfigProblem[];
}

/** What the store has that differs from the file. */
export interface Drift {
  readonly steps: readonly Step[];
  readonly problems: readonly ConfigProblem[];
}

export interface DeclaredThings {
  standing(): Promise<Standing>;
  drift(): Promise<Drift>;
  /** Whatever other instances have. */
  applyNow(): Promise<readonly Step[]>;
}
