import type { CachePace, CacheScope } from "@ghostllm/contract";

/** Requests whose last texts mean the same are told the same answer, where all else is the same. */
export interface SemanticPolicy {
  /** Whose embeddings say what a text means. */
  readonly model: string;
  /** The least cosine of two vectors. */
  readonly threshold: number;
  readonly timeoutMs: number;
  /** Also requests with tools, pictures or files, which must be the same. */
  readonly moreThanText: boolean;
}

/** What an operator says of the answers of an alias. */
export interface CachePolicy {
  readonly ttlSeconds: number;
  readonly scope: CacheScope;
  /** Absent: at once. */
  readonly pace?: CachePace;
  /** Absent: only what is the same is told again. */
  readonly semantic?: SemanticPolicy;
}

/** In a snapshot: of which alias. */
export interface AliasCache extends CachePolicy {
  readonly aliasId: string;
}
