// Embeddings across dialects: the part of a passage that is theirs.

import { withWholePairs } from "#fitting/fit-text.ts";
import type { Dialect, VendorDialect } from "#dialects/dialect.ts";
import type { EncodedRequest, ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import { unread } from "#dialects/errors/error-reading.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import type { BegunRequest, WholeAnswerReading } from "./passage.ts";
import type { AnswerFacts } from "./told-answer.ts";
import { TranslatingPassage } from "./translating-passage.ts";

export class EmbeddingsPassage extends TranslatingPassage {
  readonly #client: Dialect;
  readonly #target: VendorDialect;
  readonly #facts: AnswerFacts;

  constructor(client: Dialect, target: VendorDialect, facts: AnswerFacts) {
    super(client, target, facts);
    this.#client = client;
    this.#target = target;
    this.#facts = facts;
  }

  override beginRequest(request: ParsedRequest, edits: RequestEdits): BegunRequest {
    const { ours, theirs } = this.#ways();
    const encode = (): EncodedRequest => {
      const notes: Notes = new Set();
      const written = theirs.encodeRequest(ours.decodeRequest(withWholePairs(request, notes)), edits);
      return { ...written, notes: [...notes, ...written.notes] };
    };
    return { wanted: [], encode };
  }

  override readAnswer(body: Buffer, request: ParsedRequest): WholeAnswerReading {
    const { ours, theirs } = this.#ways();
    const { toldModel, elapsedMs } = this.#facts;
    const result = theirs.decodeResult(body);
    if (result === null) return unread(this.#client.client, this.#target.upstream, body, request);
    const told = toldModel === undefined ? result : { ...result, model: toldModel };
    return { body: Buffer.from(ours.encodeResult(told, request, elapsedMs)), usage: result.usage, isBroken: false };
  }

  #ways() {
    const { embeddings: ours } = this.#client.client;
    const { embeddings: theirs } = this.#target.upstream;
    if (ours === undefined || theirs === undefined)
      throw new TypeError("a way of embeddings leads between two that know them");
    return { ours, theirs };
  }
}
