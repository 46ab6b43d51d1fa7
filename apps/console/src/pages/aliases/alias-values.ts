import type { PolicyValues } from "./policy-values.ts";
import type { EditedTarget } from "./targets.ts";

/** What is written in the form of an alias. */
export interface AliasValues extends PolicyValues {
  /** Empty for everybody's. */
  team_id: string;
  name: string;
  strategy: string;
  targets: readonly EditedTarget[];
  cache: CacheValues;
}

export interface CacheValues {
  /** Empty where nothing is kept. */
  scope: string;
  ttl_seconds: string;
  pace: string;
  /** Without a model nothing is compared by meaning. */
  semantic: {
    model: string;
    threshold: string;
    timeout_ms: string;
    more_than_text: boolean;
  };
}
