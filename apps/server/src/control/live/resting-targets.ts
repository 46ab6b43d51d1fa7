/** A target that is left alone for a while, after it failed again and again. */
export interface RestingTarget {
  readonly providerId: string;
  readonly provider: string;
  readonly model: string;
  readonly restMs: number;
}
