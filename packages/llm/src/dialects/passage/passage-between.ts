import { crossesAs } from "#operations.ts";
import type { Operation } from "#operations.ts";
import { EmbeddingsPassage } from "./crossing-embeddings.ts";
import type { Dialect, VendorDialect } from "#dialects/dialect.ts";
import type { Passage } from "./passage.ts";
import { StraightPassage } from "./straight-passage.ts";
import type { AnswerFacts } from "./told-answer.ts";
import { TranslatingPassage } from "./translating-passage.ts";

/** What a passage needs to know of its request. */
export interface PassageContext {
  readonly facts?: AnswerFacts;
}

export function passageBetween(
  client: Dialect,
  upstream: VendorDialect,
  operation: Operation,
  { facts = nothingKnown }: PassageContext = {},
): Passage {
  if (client.name === upstream.name) return new StraightPassage(client, facts);
  if (crossesAs(operation) === "embeddings") return new EmbeddingsPassage(client, upstream, facts);
  return new TranslatingPassage(client, upstream, facts);
}

const nothingKnown: AnswerFacts = { requestId: "", nowSeconds: 0 };
