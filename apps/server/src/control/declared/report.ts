// What is done of a configuration file, or would be.

import type { DeclarableKind } from "#control/store/declared/declared-store.ts";
import type { ConfigProblem } from "#config/problems.ts";
import type { JsonValue } from "#domain/audit.ts";

export interface Difference {
  /** As the admin API calls it. */
  readonly field: string;
  /** A secret is told as `[secret]`. */
  readonly stored: JsonValue;
  readonly declared: JsonValue;
}

/** `adopted`: an operator had made it, and it is as the file says already. `kept`: it stays, and is an operator's from now on. */
export type Deed = "created" | "changed" | "adopted" | "disabled" | "removed" | "revoked" | "kept";

export interface Step {
  readonly kind: DeclarableKind;
  readonly name: string;
  /** In the file; null of what is no more in it. */
  readonly place: string | null;
  readonly deed: Deed;
  readonly differences: readonly Difference[];
}

/** Something cannot be as it is declared, and nothing was changed. */
export class CannotApply extends Error {
  override readonly name = "CannotApply";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join("; "));
    this.problems = problems;
  }
}
