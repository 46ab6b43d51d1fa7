interface Counts {
  readonly requests: number;
  readonly errors: number;
  readonly failed_attempts: number;
}

export interface Attempts {
  readonly made: number;
  readonly failed: number;
}

/**
 * The attempts at a provider: also those behind which another one answered. A request that ended there in an error has failed
 * there at least once.
 */
export function attemptsOf({ requests, errors, failed_attempts: told }: Counts): Attempts {
  const failed = Math.max(errors, told);
  return { made: requests - errors + failed, failed };
}

export function failedShare({ made, failed }: Attempts): number {
  return made === 0 ? 0 : failed / made;
}
