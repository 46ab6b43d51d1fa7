/** A target at one operation, by what it is named: plain data, the same for all threads and instances. */
export interface RestedTarget {
  /** The provider's id, and the model's name there. */
  readonly path: string;
  /** Whether the model has a row. */
  readonly isListed: boolean;
  readonly operation: string;
}

/** `quota` and `credential` do not mend themselves within seconds: such a target is parked. */
export type RestReason = "failures" | "failure_rate" | "slow" | "rate_limit" | "quota" | "credential";

const parking: ReadonlySet<RestReason> = new Set(["quota", "credential"]);

export function isParked(reason: RestReason): boolean {
  return parking.has(reason);
}

/** A target is to be left alone for a while. */
export interface TargetRest extends RestedTarget {
  /** For whom; null for all. */
  readonly caller: string | null;
  readonly restMs: number;
  /** Absent where an instance of an older version tells it. */
  readonly reason?: RestReason;
}

/** One target has shown that it is well; or an operator has changed a provider or tested it, or a check has found that it answers again. */
export type TargetRestored =
  | { readonly because: "answered"; readonly target: RestedTarget }
  | { readonly because: "changed" | "tested" | "checked"; readonly providerId: string };
