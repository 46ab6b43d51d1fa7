// The way between two dialects: request, answer, stream and error go through the hub, and what one of the two cannot
// express is noted.

import { crossesAs } from "#operations.ts";
import type { ChatRequest } from "#hub.ts";
import type { Quirks } from "#providers/definition.ts";
import { withWholePairs } from "#fitting/fit-text.ts";
import { lossesOf } from "./answer-losses.ts";
import { crossOver, describeSent, nothingSent } from "./crossing.ts";
import type { CrossingContext, Sent } from "./crossing.ts";
import type { Dialect, VendorDialect } from "#dialects/dialect.ts";
import type { StreamFailure } from "#dialects/errors/vendor-error.ts";
import type { EncodedRequest, ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import type { StreamEncoder } from "#dialects/streams/stream-codec.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import { failed, readVendorError, translateError, unread } from "#dialects/errors/error-reading.ts";
import type { ErrorContext, ErrorReading } from "#dialects/errors/error-reading.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { GatheringEncoder } from "./gathered-answer.ts";
import { FittedNames } from "#dialects/names/fitted-names.ts";
import type { BegunRequest, PassedRequest, Passage, SentRequest, WholeAnswerReading } from "./passage.ts";
import { noTurns, TurnCollector, turnsIn } from "#dialects/seals/sealed-turns.ts";
import { isStreamOf, typeOfStream, unwrapped } from "#dialects/streams/stream-types.ts";
import { completeResult, EventCompleter, idOf } from "./told-answer.ts";
import type { AnswerFacts, ToldContext } from "./told-answer.ts";
import { TranslatingTap } from "./translating-tap.ts";
import { writeResult } from "./whole-as-stream.ts";

export class TranslatingPassage implements Passage {
  readonly #client: Dialect["client"];
  readonly #target: VendorDialect;
  readonly #facts: AnswerFacts;
  #sent: Sent = nothingSent;

  constructor({ client }: Dialect, target: VendorDialect, facts: AnswerFacts) {
    this.#client = client;
    this.#target = target;
    this.#facts = facts;
  }

  beginRequest(request: ParsedRequest, edits: RequestEdits): BegunRequest {
    const notes: Notes = new Set();
    const meant = this.#client.decodeRequest(withWholePairs(request, notes));
    return {
      wanted: turnsIn(meant),
      encode: (turns) => this.#write(meant, { target: this.#target, edits, turns, notes }),
    };
  }

  #write(meant: ChatRequest, context: CrossingContext): EncodedRequest {
    const crossed = crossOver(meant, context);
    this.#sent = crossed.sent;
    const written = this.#target.upstream.encodeRequest(crossed.request, context.edits);
    return { body: written.body, notes: [...context.notes, ...written.notes] };
  }

  encodeRequest(request: ParsedRequest, edits: RequestEdits): PassedRequest {
    return this.beginRequest(request, edits).encode(noTurns);
  }

  sent(): SentRequest {
    return describeSent(this.#sent);
  }

  goOn(sent: SentRequest): void {
    this.#sent = { ...sent, toolNames: FittedNames.of(sent.renamedTools) };
  }

  readAnswer(body: Buffer, request: ParsedRequest): WholeAnswerReading {
    const client = this.#client;
    const { upstream } = this.#target;
    const decoded = upstream.decodeResult(body, idOf(this.#facts));
    if (decoded === null) return unread(client, upstream, body, request);
    const result = completeResult(decoded, this.#contextOf(request));
    const turn = TurnCollector.turnOf(result, this.#sent.unsealedBy);
    const notes = lossesOf(result, client.answerPlaces);
    return { ...writeResult(client, result, request, this.#facts), usage: result.usage, isBroken: false, notes, turn };
  }

  readError(status: number, body: Buffer, context: ErrorContext = {}): ErrorReading {
    return translateError(this.#client, readVendorError(this.#target.upstream, { status, body, context }));
  }

  readFailure({ error }: StreamFailure): ErrorReading {
    return failed(this.#client, error).failure;
  }

  isStream(contentType: string): boolean {
    return isStreamOf(this.#target.upstream, contentType);
  }

  typeOfStream(first: Buffer): string | null | undefined {
    return typeOfStream(this.#target.upstream, first);
  }

  createStreamTap(request: ParsedRequest, _quirks: Quirks, contentType?: string): StreamTap {
    return this.#tapFor(request, this.#client.createStreamEncoder(request, this.#facts.elapsedMs), contentType);
  }

  gathers({ operation, stream }: ParsedRequest): boolean {
    return !stream && crossesAs(operation) === "chat.completions";
  }

  readStreamed(body: Buffer, request: ParsedRequest, contentType: string): WholeAnswerReading {
    const encoder = new GatheringEncoder(this.#client, request, this.#facts.elapsedMs);
    const tap = this.#tapFor(request, encoder, contentType);
    const told = [tap.push(body), tap.flush()].filter((bytes) => bytes !== null);
    if (tap.failure !== null) return failed(this.#client, tap.failure.error);
    if (!tap.isWhole) return { body, usage: null, isBroken: true };
    const { usage, turn = null } = tap;
    return { body: Buffer.concat(told), usage, isBroken: false, contentType: encoder.contentType, turn };
  }

  #tapFor(request: ParsedRequest, encoder: StreamEncoder, contentType?: string): StreamTap {
    const { upstream } = this.#target;
    const tap = new TranslatingTap({
      decoder: upstream.createStreamDecoder(idOf(this.#facts)),
      encoder,
      encodeStreamError: this.#client.encodeStreamError,
      turn: new TurnCollector(this.#sent.unsealedBy),
      completer: new EventCompleter(this.#contextOf(request)),
    });
    return unwrapped(upstream, tap, contentType);
  }

  createLargeAnswerTap(): StreamTap | null {
    return null;
  }

  #contextOf({ model }: ParsedRequest): ToldContext {
    return { facts: this.#facts, askedModel: model, idPrefix: this.#client.answerIdPrefix, ...this.#sent };
  }
}
