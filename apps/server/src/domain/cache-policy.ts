import type { CachePace, CacheScope } from "@ghostllm/contract";

/** What an operator says of the answers of an alias. */
export interface CachePolicy {
  readonly ttlSeconds: number;
  readonly scope: CacheScope;
  /** Absent: at once. */
  readonly pace?: CachePace;
}

/** In a snapshot: of which alias. */
export interface AliasCache extends CachePolicy {
  readonly aliasId: string;
}
