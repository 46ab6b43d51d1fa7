import type { Findings } from "#importing/findings.ts";
import type { ProviderSet } from "#importing/providers.ts";
import type { Variables } from "#importing/sources/variables.ts";

/** What targets of a config are read with. */
export interface PortkeyReading {
  readonly providers: ProviderSet;
  readonly variables: Variables;
  readonly model: string | null;
  readonly findings: Findings;
  readonly item: string;
}
