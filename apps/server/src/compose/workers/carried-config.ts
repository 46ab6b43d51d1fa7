// The configuration as it crosses to another thread. Called by compose.

import type { Config } from "#config/config.ts";
import { withOpenSecrets, withSecrets } from "#domain/carried-secrets.ts";

/** Plain data: every secret is open in it, in a form that says so. */
export type CarriedConfig = { readonly carried: unknown };

export function carry(config: Config): CarriedConfig {
  return { carried: withOpenSecrets(config) };
}

export function fromCarried({ carried }: CarriedConfig): Config {
  return withSecrets(carried) as Config;
}
