import type { TargetState } from "#domain/target-report.ts";
import type { RestReason } from "#domain/target-rest.ts";

/** A target that is left alone for a while, or whose rest is over without anybody having shown that it is well. */
export interface RestingTarget {
  readonly providerId: string;
  readonly provider: string;
  readonly model: string;
  /** For all; it may rest for single callers alone. */
  readonly state: TargetState;
  readonly reason: RestReason | null;
  /** For whomever it rests the longest; 0: for nobody any more. */
  readonly restMs: number;
}
