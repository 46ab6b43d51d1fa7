/** A target at one operation, by what it is named: plain data, the same for all threads and instances. */
export interface RestedTarget {
  /** The provider's id, and the model's name there. */
  readonly path: string;
  /** Whether the model has a row. */
  readonly isListed: boolean;
  readonly operation: string;
}

/** A target is to be left alone for a while. */
export interface TargetRest extends RestedTarget {
  /** For whom; null for all. */
  readonly caller: string | null;
  readonly restMs: number;
}
