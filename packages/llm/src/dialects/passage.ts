// The way of a request from a client's dialect to a target's and of the answer back. Within one dialect bytes pass and
// are only watched; across dialects everything goes through the hub. Whoever calls need not know which of the two it is.

import type { Usage } from "#hub.ts";
import { crossings } from "#operations.ts";
import type { Operation } from "#operations.ts";
import type { Quirks } from "#providers/definition.ts";
import type {
  Dialect,
  ParsedRequest,
  RequestEdits,
  StreamFailure,
  StreamTap,
  UpstreamDialect,
  VendorDialect,
} from "./dialect.ts";
import { lossesOf } from "./answer-losses.ts";
import { crossOver, nothingSent } from "./crossing.ts";
import { crossEmbeddings } from "./crossing-embeddings.ts";
import { failed, isMistaken, readVendorError, translateError, unread } from "./error-reading.ts";
import type { ErrorContext, ErrorReading } from "./error-reading.ts";
import type { Notes } from "./extras.ts";
import { hasRefusedNames } from "./refused-names.ts";
import { needsOf } from "#fitting/needs.ts";
import { fitText, withWholePairs } from "#fitting/fit-text.ts";
import { TurnCollector } from "./sealed-turns.ts";
import type { SealMemory } from "./sealed-turns.ts";
import { lostThoughts } from "./seals.ts";
import type { StoredAnswer } from "./stored-objects.ts";
import { withoutForeignSeals } from "./text-seals.ts";
import { completeResult, EventCompleter } from "./told-answer.ts";
import type { AnswerFacts, ToldContext } from "./told-answer.ts";
import { ModelNamingTap, nameModel } from "./told-model.ts";
import { beginsStream } from "#wire/stream-beginning.ts";
import { TranslatingTap } from "./translating-tap.ts";
import { UnwrappingTap } from "./unwrapping-tap.ts";
import { WatchingTap } from "./watching-tap.ts";
import { streamOfWhole, writeResult } from "./whole-as-stream.ts";

export interface WholeAnswerReading {
  /** For the client. */
  readonly body: Buffer;
  readonly usage: Usage | null;
  /** As its vendor keeps it. */
  readonly stored?: StoredAnswer | null;
  /** The vendor's body is no JSON of its dialect. */
  readonly isBroken: boolean;
  /** What was answered as good is an error; `body` is nothing for the client then. */
  readonly failure?: ErrorReading;
  /** Where it is not the vendor's own. */
  readonly contentType?: string;
  /** Names of what is in it and cannot be told to the client. */
  readonly notes?: readonly string[];
}

export interface Passage {
  /** `notes` name what the target's dialect cannot express. */
  encodeRequest(
    request: ParsedRequest,
    edits: RequestEdits,
  ): { readonly body: Buffer | string; readonly notes: readonly string[] };
  readAnswer(body: Buffer, request: ParsedRequest): WholeAnswerReading;
  /** A vendor's own error. */
  readError(status: number, body: Buffer, context?: ErrorContext): ErrorReading;
  /** What a vendor told as the first event of a stream, of which the client has heard nothing yet. */
  readFailure(failure: StreamFailure): ErrorReading;
  /** Is an answer of this content type a stream of events? */
  isStream(contentType: string): boolean;
  /**
   * The content type of a stream that came under another one; null where the first bytes are of none, and undefined as long
   * as they are too few to tell.
   */
  typeOfStream(first: Buffer): string | null | undefined;
  /** `contentType` is the vendor's. */
  createStreamTap(request: ParsedRequest, quirks: Quirks, contentType?: string): StreamTap;
  /** Null: an answer must be held as a whole to be translated. */
  createLargeAnswerTap(): StreamTap | null;
}

/** What a passage needs to know of its request. */
export interface PassageContext {
  /** Keeps what clients drop, from one request of a principal to the next. */
  readonly memory?: SealMemory;
  readonly facts?: AnswerFacts;
}

export function passageBetween(
  client: Dialect,
  upstream: VendorDialect,
  operation: Operation,
  { memory = noMemory, facts = nothingKnown }: PassageContext = {},
): Passage {
  if (client.name === upstream.name) {
    const whole = { memory, facts };
    return withoutRefusedNames(client, passThrough(client, whole), () => translate(client, client, whole));
  }
  const translating = translate(client, upstream, { memory, facts });
  if (crossings[operation] !== "embeddings") return translating;
  return { ...translating, ...crossEmbeddings(client, upstream, facts) };
}

const noMemory: SealMemory = { find: () => undefined, keep: () => undefined };
const nothingKnown: AnswerFacts = { requestId: "", nowSeconds: 0 };

function passThrough(dialect: Dialect, { memory, facts }: Required<PassageContext>): Passage {
  const { name, client, upstream } = dialect;
  const { toldModel } = facts;
  /** Of the vendor that was asked, where it wants thoughts back that have no seal. */
  let turn: TurnCollector | null = null;
  return {
    encodeRequest(request, edits) {
      const notes: Notes = new Set();
      const { wholePairs, wantsThoughts } = needsOf(edits.quirks, edits.model);
      const whole = wholePairs === true ? withWholePairs(request, notes) : request;
      const sent = fitText(withoutForeignSeals(whole, upstream, notes), upstream.fitting, edits, notes);
      if (upstream.restoreThoughts === undefined || wantsThoughts === undefined)
        return { body: upstream.editRequest(sent, edits), notes: [...notes] };
      turn = new TurnCollector(memory, name);
      const restored = upstream.restoreThoughts(sent, memory, wantsThoughts.refusing?.test(edits.model) === true);
      if (restored.isFilled) notes.add(lostThoughts);
      return { body: upstream.editRequest(restored.request, edits), notes: [...notes] };
    },
    readAnswer(body, request) {
      const { usage, broken, failure } = upstream.readAnswer(body, request);
      if (broken) return unread(client, upstream, body, request);
      if (failure !== undefined) return failed(client, failure);
      if (turn !== null && body.includes('"tool_calls"')) {
        const result = upstream.decodeResult(body);
        if (result !== null) turn.watchResult(result);
      }
      const stored = upstream.readStored?.(body) ?? null;
      const told = toldModel === undefined ? body : nameModel(body, toldModel, upstream.namedModel);
      const streamed = request.stream ? streamOfWhole(dialect, told, { request, facts }) : null;
      return { body: told, usage, stored, isBroken: false, ...streamed };
    },
    readError(status, body, context = {}) {
      const error = readVendorError(upstream, { status, body, context });
      const passes = context.quirks?.envelope === undefined && !isMistaken(error);
      return passes ? { ...error, body } : translateError(client, error);
    },
    readFailure: ({ error }) => failed(client, error).failure,
    isStream: (contentType) => isStreamOf(upstream, contentType),
    typeOfStream: (first) => typeOfStream(upstream, first),
    createStreamTap(request, quirks, contentType) {
      const tap = upstream.createStreamTap(request, quirks);
      const watched = turn === null ? tap : new WatchingTap(tap, upstream.createStreamDecoder(), turn);
      const told = toldModel === undefined ? watched : new ModelNamingTap(watched, toldModel, upstream.namedModel);
      return unwrapped(upstream, told, contentType);
    },
    createLargeAnswerTap: () => upstream.createLargeAnswerTap(),
  };
}

function typeOfStream({ streamContentType }: UpstreamDialect, first: Buffer): string | null | undefined {
  const form = streamContentType === "application/x-ndjson" ? "lines" : "events";
  const isBegun = beginsStream(first, form);
  return isBegun === true ? streamContentType : isBegun === false ? null : undefined;
}

/** What passes unless it would be refused for a name: the other way is made for such a request alone. */
function withoutRefusedNames(dialect: Dialect, passing: Passage, translating: () => Passage): Passage {
  let way = passing;
  return {
    encodeRequest(request, edits) {
      way = hasRefusedNames(dialect, request, edits) ? translating() : passing;
      return way.encodeRequest(request, edits);
    },
    readAnswer: (body, request) => way.readAnswer(body, request),
    readError: (status, body, context) => passing.readError(status, body, context),
    readFailure: (failure) => way.readFailure(failure),
    isStream: (contentType) => way.isStream(contentType),
    typeOfStream: (first) => way.typeOfStream(first),
    createStreamTap: (request, quirks, contentType) => way.createStreamTap(request, quirks, contentType),
    createLargeAnswerTap: () => way.createLargeAnswerTap(),
  };
}

function isStreamOf(upstream: UpstreamDialect, contentType: string): boolean {
  return isOfType(contentType, upstream.streamContentType) || isWrapped(upstream, contentType);
}

function isWrapped({ wrapped }: UpstreamDialect, contentType: string): boolean {
  return wrapped !== undefined && isOfType(contentType, wrapped.contentType);
}

function isOfType(contentType: string, expected: string): boolean {
  return contentType.toLowerCase().startsWith(expected);
}

function unwrapped({ streamContentType, wrapped }: UpstreamDialect, tap: StreamTap, contentType = ""): StreamTap {
  if (wrapped === undefined || !isOfType(contentType, wrapped.contentType)) return tap;
  return new UnwrappingTap(wrapped.createUnwrapper(), tap, streamContentType);
}

function translate({ client }: Dialect, target: VendorDialect, { memory, facts }: Required<PassageContext>): Passage {
  const { upstream } = target;
  let sent = nothingSent;
  const contextOf = (request: ParsedRequest): ToldContext => {
    return { facts, askedModel: request.model, idPrefix: client.answerIdPrefix, ...sent };
  };
  return {
    encodeRequest(request, edits) {
      const notes: Notes = new Set();
      const crossed = crossOver(client.decodeRequest(withWholePairs(request, notes)), { target, edits, memory, notes });
      sent = crossed.sent;
      const written = upstream.encodeRequest(crossed.request, edits);
      return { body: written.body, notes: [...notes, ...written.notes] };
    },
    readAnswer(body, request) {
      const decoded = upstream.decodeResult(body, facts.requestId);
      if (decoded === null) return unread(client, upstream, body, request);
      const result = completeResult(decoded, contextOf(request));
      new TurnCollector(memory, sent.unsealedBy).watchResult(result);
      const notes = lossesOf(result, client.answerPlaces);
      return { ...writeResult(client, result, request, facts), usage: result.usage, isBroken: false, notes };
    },
    readError: (status, body, context = {}) =>
      translateError(client, readVendorError(upstream, { status, body, context })),
    readFailure: ({ error }) => failed(client, error).failure,
    isStream: (contentType) => isStreamOf(upstream, contentType),
    typeOfStream: (first) => typeOfStream(upstream, first),
    createStreamTap(request, _quirks, contentType) {
      const encoder = client.createStreamEncoder(request, facts.elapsedMs);
      const turn = new TurnCollector(memory, sent.unsealedBy);
      const tap = new TranslatingTap({
        decoder: upstream.createStreamDecoder(facts.requestId),
        encoder,
        encodeStreamError: client.encodeStreamError,
        turn,
        completer: new EventCompleter(contextOf(request)),
      });
      return unwrapped(upstream, tap, contentType);
    },
    createLargeAnswerTap: () => null,
  };
}
