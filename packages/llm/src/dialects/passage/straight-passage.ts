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
import type { BegunRequest, PassedRequest, Passage, SentRequest, WholeAnswerReading } from "./passage.ts";
import { hasRefusedNames } from "#dialects/names/refused-names.ts";
import { noTurns, TurnCollector } from "#dialects/seals/sealed-turns.ts";
import type { KeptTurn, KnownTurns } from "#dialects/seals/sealed-turns.ts";
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
  readonly #facts: AnswerFacts;
  /** The vendor that was asked wants thoughts back that have no seal. */
  #keepsTurn = false;
  /** The way that the request took which was sent last, where it was not this one. */
  #crossed: TranslatingPassage | null = null;

  constructor(dialect: Dialect, facts: AnswerFacts) {
    this.#dialect = dialect;
    this.#facts = facts;
  }

  beginRequest(request: ParsedRequest, edits: RequestEdits): BegunRequest {
    const dialect = this.#dialect;
    const isRefused = hasRefusedNames(dialect, request, edits);
    this.#crossed = isRefused ? new TranslatingPassage(dialect, dialect, this.#facts) : null;
    return this.#crossed === null ? this.#fit(request, edits) : this.#crossed.beginRequest(request, edits);
  }

  #fit(request: ParsedRequest, edits: RequestEdits): BegunRequest {
    const { upstream } = this.#dialect;
    const notes: Notes = new Set();
    const { wholePairs, wantsThoughts } = needsOf(edits.quirks, edits.model);
    const whole = wholePairs === true ? withWholePairs(request, notes) : request;
    const fitted = fitText(withoutForeignSeals(whole, upstream, notes), upstream.fitting, edits, notes);
    const { droppedThoughts } = upstream;
    if (droppedThoughts === undefined || wantsThoughts === undefined)
      return { wanted: nothing, encode: () => this.#write(fitted, edits, notes) };
    this.#keepsTurn = true;
    const dropped = droppedThoughts.find(fitted);
    const isNeeded = wantsThoughts.refusing?.test(edits.model) === true;
    const encode = (turns: KnownTurns): PassedRequest => {
      const restored = droppedThoughts.restore(fitted, { dropped, turns, isNeeded });
      if (restored.isFilled) notes.add(lostThoughts);
      return this.#write(restored.request, edits, notes);
    };
    return { wanted: dropped.map(({ callName }) => callName).filter((name) => name !== null), encode };
  }

  #write(request: ParsedRequest, edits: RequestEdits, notes: Notes): PassedRequest {
    return { body: this.#dialect.upstream.editRequest(request, edits), notes: notes.size === 0 ? nothing : [...notes] };
  }

  encodeRequest(request: ParsedRequest, edits: RequestEdits): PassedRequest {
    return this.beginRequest(request, edits).encode(noTurns);
  }

  sent(): SentRequest {
    if (this.#crossed !== null) return this.#crossed.sent();
    return { ...describeSent(nothingSent), isTranslated: false, keepsTurn: this.#keepsTurn };
  }

  goOn(sent: SentRequest): void {
    const dialect = this.#dialect;
    this.#keepsTurn = sent.keepsTurn;
    this.#crossed = sent.isTranslated ? new TranslatingPassage(dialect, dialect, this.#facts) : null;
    this.#crossed?.goOn(sent);
  }

  readAnswer(body: Buffer, request: ParsedRequest): WholeAnswerReading {
    if (this.#crossed !== null) return this.#crossed.readAnswer(body, request);
    const { client, upstream } = this.#dialect;
    const { usage, broken, failure } = upstream.readAnswer(body, request);
    if (broken) return unread(client, upstream, body, request);
    if (failure !== undefined) return failed(client, failure);
    const { toldModel } = this.#facts;
    const stored = upstream.readStored?.(body) ?? null;
    const told = toldModel === undefined ? body : nameModel(body, toldModel, upstream.namedModel);
    const reading = { body: told, usage, stored, isBroken: false, turn: this.#turnIn(body) };
    return request.stream
      ? { ...reading, ...streamOfWhole(this.#dialect, told, { request, facts: this.#facts }) }
      : reading;
  }

  #turnIn(body: Buffer): KeptTurn | null {
    if (!this.#keepsTurn || !body.includes('"tool_calls"')) return null;
    const { name, upstream } = this.#dialect;
    const result = upstream.decodeResult(body);
    return result === null ? null : TurnCollector.turnOf(result, name);
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
    const watched = this.#keepsTurn ? this.#watch(tap) : tap;
    const told = toldModel === undefined ? watched : new ModelNamingTap(watched, toldModel, upstream.namedModel);
    return unwrapped(upstream, told, contentType);
  }

  #watch(tap: StreamTap): StreamTap {
    const { name, upstream } = this.#dialect;
    return new WatchingTap(tap, upstream.createStreamDecoder(), new TurnCollector(name));
  }

  gathers(request: ParsedRequest): boolean {
    return this.#hub().gathers(request);
  }

  readStreamed(body: Buffer, request: ParsedRequest, contentType: string): WholeAnswerReading {
    return this.#hub().readStreamed(body, request, contentType);
  }

  #hub(): TranslatingPassage {
    return this.#crossed ?? new TranslatingPassage(this.#dialect, this.#dialect, this.#facts);
  }

  createLargeAnswerTap(): StreamTap | null {
    return this.#crossed === null ? this.#dialect.upstream.createLargeAnswerTap() : null;
  }
}

const nothing: readonly string[] = [];
