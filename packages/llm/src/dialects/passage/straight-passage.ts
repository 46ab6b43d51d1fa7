// The way within one dialect: bytes pass and are watched. What would be refused in a request is changed in its text, and a
// request whose vendor refuses a name in it goes through the hub like one of another dialect.

import type { Quirks } from "#providers/definition.ts";
import { needsOf } from "#fitting/needs.ts";
import { fitText, withWholePairs } from "#fitting/fit-text.ts";
import type { Dialect } from "#dialects/dialect.ts";
import type { StreamFailure } from "#dialects/errors/vendor-error.ts";
import type { ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import { failed, isMistaken, readVendorError, translateError, unread } from "#dialects/errors/error-reading.ts";
import type { ErrorContext, ErrorReading } from "#dialects/errors/error-reading.ts";
import type { Notes } from "#dialects/fields/extras.ts";
import { describeSent, nothingSent } from "./crossing.ts";
import type { PassedRequest, Passage, SentRequest, WholeAnswerReading } from "./passage.ts";
import { hasRefusedNames } from "#dialects/names/refused-names.ts";
import { TurnCollector } from "#dialects/seals/sealed-turns.ts";
import type { SealMemory } from "#dialects/seals/sealed-turns.ts";
import { lostThoughts } from "#dialects/seals/seals.ts";
import { isStreamOf, typeOfStream, unwrapped } from "#dialects/streams/stream-types.ts";
import { withoutForeignSeals } from "#dialects/seals/text-seals.ts";
import type { AnswerFacts } from "./told-answer.ts";
import { ModelNamingTap, nameModel } from "./told-model.ts";
import { TranslatingPassage } from "./translating-passage.ts";
import { WatchingTap } from "./watching-tap.ts";
import { streamOfWhole } from "./whole-as-stream.ts";

export class StraightPassage implements Passage {
  readonly #dialect: Dialect;
  readonly #memory: SealMemory;
  readonly #facts: AnswerFacts;
  /** Of the vendor that was asked, where it wants thoughts back that have no seal. */
  #turn: TurnCollector | null = null;
  /** The way that the request took which was sent last, where it was not this one. */
  #crossed: TranslatingPassage | null = null;

  constructor(dialect: Dialect, memory: SealMemory, facts: AnswerFacts) {
    this.#dialect = dialect;
    this.#memory = memory;
    this.#facts = facts;
  }

  encodeRequest(request: ParsedRequest, edits: RequestEdits): PassedRequest {
    const dialect = this.#dialect;
    const isRefused = hasRefusedNames(dialect, request, edits);
    this.#crossed = isRefused ? new TranslatingPassage(dialect, dialect, this.#memory, this.#facts) : null;
    return this.#crossed === null ? this.#pass(request, edits) : this.#crossed.encodeRequest(request, edits);
  }

  #pass(request: ParsedRequest, edits: RequestEdits): PassedRequest {
    const { upstream } = this.#dialect;
    const notes: Notes = new Set();
    const { wholePairs, wantsThoughts } = needsOf(edits.quirks, edits.model);
    const whole = wholePairs === true ? withWholePairs(request, notes) : request;
    let sent = fitText(withoutForeignSeals(whole, upstream, notes), upstream.fitting, edits, notes);
    if (upstream.restoreThoughts !== undefined && wantsThoughts !== undefined) {
      this.#turn = new TurnCollector(this.#memory, this.#dialect.name);
      const restored = upstream.restoreThoughts(sent, this.#memory, wantsThoughts.refusing?.test(edits.model) === true);
      if (restored.isFilled) notes.add(lostThoughts);
      sent = restored.request;
    }
    return { body: upstream.editRequest(sent, edits), notes: notes.size === 0 ? nothingNoted : [...notes] };
  }

  sent(): SentRequest {
    if (this.#crossed !== null) return this.#crossed.sent();
    return { ...describeSent(nothingSent), isTranslated: false, keepsTurn: this.#turn !== null };
  }

  goOn(sent: SentRequest): void {
    const dialect = this.#dialect;
    this.#turn = sent.keepsTurn ? new TurnCollector(this.#memory, dialect.name) : null;
    this.#crossed = sent.isTranslated ? new TranslatingPassage(dialect, dialect, this.#memory, this.#facts) : null;
    this.#crossed?.goOn(sent);
  }

  readAnswer(body: Buffer, request: ParsedRequest): WholeAnswerReading {
    if (this.#crossed !== null) return this.#crossed.readAnswer(body, request);
    const { client, upstream } = this.#dialect;
    const { usage, broken, failure } = upstream.readAnswer(body, request);
    if (broken) return unread(client, upstream, body, request);
    if (failure !== undefined) return failed(client, failure);
    this.#watch(body);
    const { toldModel } = this.#facts;
    const stored = upstream.readStored?.(body) ?? null;
    const told = toldModel === undefined ? body : nameModel(body, toldModel, upstream.namedModel);
    const reading = { body: told, usage, stored, isBroken: false };
    return request.stream
      ? { ...reading, ...streamOfWhole(this.#dialect, told, { request, facts: this.#facts }) }
      : reading;
  }

  #watch(body: Buffer): void {
    if (this.#turn === null || !body.includes('"tool_calls"')) return;
    const result = this.#dialect.upstream.decodeResult(body);
    if (result !== null) this.#turn.watchResult(result);
  }

  readError(status: number, body: Buffer, context: ErrorContext = {}): ErrorReading {
    const { client, upstream } = this.#dialect;
    const error = readVendorError(upstream, { status, body, context });
    const passes = context.quirks?.envelope === undefined && !isMistaken(error);
    return passes ? { ...error, body } : translateError(client, error);
  }

  readFailure({ error }: StreamFailure): ErrorReading {
    return failed(this.#dialect.client, error).failure;
  }

  isStream(contentType: string): boolean {
    return isStreamOf(this.#dialect.upstream, contentType);
  }

  typeOfStream(first: Buffer): string | null | undefined {
    return typeOfStream(this.#dialect.upstream, first);
  }

  createStreamTap(request: ParsedRequest, quirks: Quirks, contentType?: string): StreamTap {
    if (this.#crossed !== null) return this.#crossed.createStreamTap(request, quirks, contentType);
    const { upstream } = this.#dialect;
    const { toldModel } = this.#facts;
    const tap = upstream.createStreamTap(request, quirks);
    const watched = this.#turn === null ? tap : new WatchingTap(tap, upstream.createStreamDecoder(), this.#turn);
    const told = toldModel === undefined ? watched : new ModelNamingTap(watched, toldModel, upstream.namedModel);
    return unwrapped(upstream, told, contentType);
  }

  gathers(request: ParsedRequest): boolean {
    return this.#hub().gathers(request);
  }

  readStreamed(body: Buffer, request: ParsedRequest, contentType: string): WholeAnswerReading {
    return this.#hub().readStreamed(body, request, contentType);
  }

  #hub(): TranslatingPassage {
    return this.#crossed ?? new TranslatingPassage(this.#dialect, this.#dialect, this.#memory, this.#facts);
  }

  createLargeAnswerTap(): StreamTap | null {
    return this.#crossed === null ? this.#dialect.upstream.createLargeAnswerTap() : null;
  }
}

const nothingNoted: readonly string[] = [];
