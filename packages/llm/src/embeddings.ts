// The shared language of embeddings, as hub.ts is that of chat.

import type { Extras, Usage } from "./hub.ts";

/** What is to be turned into vectors. */
export interface EmbeddingsRequest {
  readonly model: string;
  /** Texts, or the tokens of texts in the count of the model. */
  readonly inputs: readonly (string | readonly number[])[];
  readonly dimensions?: number;
  /** What the vectors are for, in words of Google's: `RETRIEVAL_QUERY`, `RETRIEVAL_DOCUMENT`, `CLASSIFICATION` ... */
  readonly task?: string;
  /** The client wants each vector as base64 of 32-bit floats, little-endian, instead of as numbers. */
  readonly wantsBase64: boolean;
  readonly userId?: string;
  readonly extras?: Extras;
}

export interface EmbeddingsResult {
  readonly model: string;
  /** In the order of the inputs. */
  readonly vectors: readonly (readonly number[])[];
  readonly usage: Usage | null;
  readonly extras?: Extras;
}
