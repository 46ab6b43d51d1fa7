// The way of a request from a client's dialect to a target's and of the answer back. Within one dialect bytes pass and
// are only watched; across dialects everything goes through the hub. Whoever calls need not know which of the two it is.

import { GhostError } from "@ghostllm/contract";
import type { ErrorCode } from "@ghostllm/contract";
import type { ChatResult, Usage } from "#hub.ts";
import { crossings } from "#operations.ts";
import type { Operation } from "#operations.ts";
import type { Quirks } from "#providers/definition.ts";
import { findMembers } from "#wire/json-members.ts";
import { exactInRequests, parseExactly } from "#wire/exact-json.ts";
import { isObject } from "#wire/json.ts";
import type {
  ClientDialect,
  Dialect,
  ParsedRequest,
  PassingDialect,
  RequestEdits,
  StreamTap,
  UpstreamDialect,
  VendorDialect,
  VendorError,
} from "./dialect.ts";
import { lossesOf } from "./answer-losses.ts";
import { crossOver, nothingSent } from "./crossing.ts";
import { writeJson } from "./extras.ts";
import type { Notes } from "./extras.ts";
import { fitText } from "#fitting/fit-text.ts";
import { noOpening, openingOf } from "./opening.ts";
import type { Opening } from "./opening.ts";
import { eventsOf } from "./result-events.ts";
import { TurnCollector } from "./sealed-turns.ts";
import type { SealMemory } from "./sealed-turns.ts";
import { foreignSeal, lostThoughts, mayHoldForeignSeals } from "./seals.ts";
import type { StoredAnswer } from "./stored-objects.ts";
import { completeResult, EventCompleter } from "./told-answer.ts";
import type { AnswerFacts, ToldContext } from "./told-answer.ts";
import { ModelNamingTap, nameModel } from "./told-model.ts";
import { TranslatingTap } from "./translating-tap.ts";
import { UnwrappingTap } from "./unwrapping-tap.ts";
import { WatchingTap } from "./watching-tap.ts";
import { classify, readErrorType } from "./vendor-error.ts";

export interface WholeAnswerReading {
  /** For the client. */
  readonly body: Buffer;
  readonly usage: Usage | null;
  /** As its vendor keeps it. */
  readonly stored?: StoredAnswer | null;
  /** The vendor's body is no answer of its dialect. */
  readonly isBroken: boolean;
  /** Where it is not the vendor's own. */
  readonly contentType?: string;
  /** Names of what is in it and cannot be told to the client. */
  readonly notes?: readonly string[];
}

export interface ErrorReading {
  /** For the client. */
  readonly body: Buffer;
  readonly code: ErrorCode;
  /** The vendor's own; empty where it said nothing. */
  readonly message: string;
  readonly retryAfterSeconds?: number;
  /** Where it is not the vendor's own. */
  readonly contentType?: string;
}

/** What of a vendor's error is not in its body. */
export interface ErrorContext {
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
  readonly quirks?: Quirks;
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
  /** Is an answer of this content type a stream of events? */
  isStream(contentType: string): boolean;
  /** `contentType` is the vendor's. */
  createStreamTap(request: ParsedRequest, quirks: Quirks, contentType?: string): StreamTap;
  /** `contentType` is the vendor's. */
  createOpening(request: ParsedRequest, contentType: string): Opening;
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
  if (client.name === upstream.name) return passThrough(client, operation, { memory, facts });
  const translating = translate(client, upstream, { memory, facts });
  return crossings[operation] === "embeddings"
    ? translateEmbeddings(client, upstream, translating, facts)
    : translating;
}

const noMemory: SealMemory = { find: () => undefined, keep: () => undefined };
const nothingKnown: AnswerFacts = { requestId: "", nowSeconds: 0 };

function passThrough(
  { name, client, upstream }: Dialect,
  operation: Operation,
  { memory, facts: { toldModel } }: Required<PassageContext>,
): Passage {
  /** Of the vendor that was asked, where it wants thoughts back that have no seal. */
  let turn: TurnCollector | null = null;
  return {
    encodeRequest(request, edits) {
      const notes: Notes = new Set();
      const sent = fitText(withoutForeignSeals(request, upstream, notes), upstream.fitting, edits, notes);
      if (upstream.restoreThoughts === undefined || edits.quirks.wantsThoughts === undefined)
        return { body: upstream.editRequest(sent, edits), notes: [...notes] };
      turn = new TurnCollector(memory, name);
      const restored = upstream.restoreThoughts(sent, memory, edits.quirks.wantsThoughts.refusing.test(edits.model));
      if (restored.isFilled) notes.add(lostThoughts);
      return { body: upstream.editRequest(restored.request, edits), notes: [...notes] };
    },
    readAnswer(body, request) {
      if (turn !== null && body.includes('"tool_calls"')) {
        const result = upstream.decodeResult(body);
        if (result !== null) turn.watchResult(result);
      }
      const { usage, broken } = upstream.readAnswer(body, request);
      const stored = broken ? null : (upstream.readStored?.(body) ?? null);
      const told = toldModel === undefined ? body : nameModel(body, toldModel, upstream.namedModel);
      return { body: told, usage, stored, isBroken: broken };
    },
    readError(status, body, context = {}) {
      const error = readError(upstream, status, body, context);
      return context.quirks?.envelope === undefined ? { ...error, body } : translateError(client, error);
    },
    isStream: (contentType) => isStreamOf(upstream, contentType),
    createStreamTap(request, quirks, contentType) {
      const tap = upstream.createStreamTap(request, quirks);
      const watched = turn === null ? tap : new WatchingTap(tap, upstream.createStreamDecoder(), turn);
      const told = toldModel === undefined ? watched : new ModelNamingTap(watched, toldModel, upstream.namedModel);
      return unwrapped(upstream, told, contentType);
    },
    createOpening({ kept }, contentType) {
      // Work that goes on without us must not be begun by two vendors.
      const mayBeAskedAgain = crossings[operation] === "chat.completions" && kept?.isBackground !== true;
      return mayBeAskedAgain ? openingOf(upstream, isWrapped(upstream, contentType)) : noOpening;
    },
    createLargeAnswerTap: () => upstream.createLargeAnswerTap(),
  };
}

/**
 * A conversation in which another vendor had a part holds its seals as well, which this one would refuse with the whole
 * request: only such a body is written anew.
 */
function withoutForeignSeals(
  request: ParsedRequest,
  { dropForeignSeals: drop }: PassingDialect,
  notes: Notes,
): ParsedRequest {
  if (drop === undefined || !mayHoldForeignSeals(request.body)) return request;
  const fields = parseExactly(request.body.toString("utf8"), exactInRequests);
  const [kept] = isObject(fields) ? drop(fields) : [];
  if (!isObject(kept) || isDeeplyEqual(kept, fields)) return request;
  notes.add(foreignSeal);
  const body = Buffer.from(writeJson(kept, "invalid_request_error"));
  return { ...request, body, members: findMembers(body) };
}

function isDeeplyEqual(one: unknown, other: unknown): boolean {
  return writeJson([one], "invalid_request_error") === writeJson([other], "invalid_request_error");
}

function readError(
  upstream: UpstreamDialect,
  status: number,
  body: Buffer,
  { headers = {}, quirks = {} }: ErrorContext,
): Omit<ErrorReading, "body"> {
  const read = upstream.readError(body.toString("utf8"));
  const type = readErrorType(headers[quirks.errorTypeHeader ?? ""]);
  const error: VendorError = type === null ? read : { ...read, words: [type, ...read.words] };
  const { message, retryAfterSeconds } = error;
  const told = { code: classify(error, status), message: message ?? "" };
  return retryAfterSeconds === undefined ? told : { ...told, retryAfterSeconds };
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
      const crossed = crossOver(client.decodeRequest(request), { target, edits, memory, notes });
      sent = crossed.sent;
      const written = upstream.encodeRequest(crossed.request, edits);
      return { body: written.body, notes: [...notes, ...written.notes] };
    },
    readAnswer(body, request) {
      const decoded = upstream.decodeResult(body, facts.requestId);
      if (decoded === null) return { body, usage: null, isBroken: true };
      const result = completeResult(decoded, contextOf(request));
      new TurnCollector(memory, sent.unsealedBy).watchResult(result);
      const notes = lossesOf(result, client.answerPlaces);
      return { ...writeResult(client, result, request), usage: result.usage, isBroken: false, notes };
    },
    readError: (status, body, context = {}) => translateError(client, readError(upstream, status, body, context)),
    isStream: (contentType) => isStreamOf(upstream, contentType),
    createStreamTap(request, _quirks, contentType) {
      const encoder = client.createStreamEncoder(request);
      const turn = new TurnCollector(memory, sent.unsealedBy);
      const tap = new TranslatingTap({
        decoder: upstream.createStreamDecoder(facts.requestId),
        encoder,
        turn,
        completer: new EventCompleter(contextOf(request)),
      });
      return unwrapped(upstream, tap, contentType);
    },
    createOpening: (_request, contentType) => openingOf(upstream, isWrapped(upstream, contentType)),
    createLargeAnswerTap: () => null,
  };
}

/** A client that asked for a stream gets one, also where the vendor answered as a whole. */
function writeResult(
  client: ClientDialect,
  result: ChatResult,
  request: ParsedRequest,
): Pick<WholeAnswerReading, "body" | "contentType"> {
  if (!request.stream)
    return { body: Buffer.from(client.encodeResult(result, request)), contentType: "application/json" };
  const encoder = client.createStreamEncoder(request);
  const written = Array.from(eventsOf(result), (event) => encoder.encode(event)).join("");
  return { body: Buffer.from(written), contentType: encoder.contentType };
}

function translateError(client: ClientDialect, error: Omit<ErrorReading, "body">): ErrorReading {
  const message = error.message || "The provider answered with an error.";
  const { retryAfterSeconds } = error;
  const told = new GhostError(error.code, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
  return { ...error, body: Buffer.from(client.encodeError(told)), contentType: "application/json" };
}

function translateEmbeddings(
  client: Dialect,
  upstream: VendorDialect,
  translating: Passage,
  { toldModel }: AnswerFacts,
): Passage {
  const ours = client.client.embeddings;
  const theirs = upstream.upstream.embeddings;
  if (ours === undefined || theirs === undefined)
    throw new TypeError("a way of embeddings leads between two that know them");
  return {
    ...translating,
    encodeRequest: (request, edits) => theirs.encodeRequest(ours.decodeRequest(request), edits),
    readAnswer(body, request) {
      const result = theirs.decodeResult(body);
      if (result === null) return { body, usage: null, isBroken: true };
      const told = toldModel === undefined ? result : { ...result, model: toldModel };
      return { body: Buffer.from(ours.encodeResult(told, request)), usage: result.usage, isBroken: false };
    },
  };
}
