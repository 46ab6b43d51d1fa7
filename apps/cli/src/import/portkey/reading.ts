import type { Findings } from "#import/findings.ts";
import type { ProviderSet } from "#import/providers.ts";
import type { Variables } from "#import/sources/variables.ts";

/** What targets of a config are read with. */
export interface PortkeyReading {
  readonly providers: ProviderSet;
  readonly variables: Variables;
  readonly model: string | null;
  readonly findings: Findings;
  readonly item: string;
}
