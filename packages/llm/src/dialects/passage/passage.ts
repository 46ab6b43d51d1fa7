// The way of a request from a client's dialect to a target's and of the answer back. Within one dialect bytes pass and
// are only watched; across dialects everything goes through the hub. Whoever calls need not know which of the two it is.

import type { Usage } from "#hub.ts";
import type { Quirks } from "#providers/definition.ts";
import type { AnswerTool } from "./answer-by-tool.ts";
import type { StreamFailure } from "#dialects/errors/vendor-error.ts";
import type { ParsedRequest, RequestEdits } from "#dialects/parsed-request.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import type { ErrorContext, ErrorReading } from "#dialects/errors/error-reading.ts";
import type { StoredAnswer } from "#dialects/bodies/stored-objects.ts";
import type { KeptTurn, KnownTurns } from "#dialects/seals/sealed-turns.ts";

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
  /** What clients may drop, and its vendor wants back. */
  readonly turn?: KeptTurn | null;
}

/** A request on its way, as far as it can go without what its client may have dropped. */
export interface BegunRequest {
  /** The names of the calls whose turns belong into it. */
  readonly wanted: readonly string[];
  /** With those of them that are known. */
  encode(turns: KnownTurns): PassedRequest;
}

export interface PassedRequest {
  readonly body: Buffer | string;
  readonly notes: readonly string[];
}

/** What must be known of a request to read its answer: plain data, which another thread can be given. */
export interface SentRequest {
  /** Through the hub, also within one dialect. */
  readonly isTranslated: boolean;
  /** The vendor wants thoughts back that have no seal. */
  readonly keepsTurn: boolean;
  readonly callIds: ReadonlySet<string>;
  readonly renamedTools: ReadonlyMap<string, string>;
  readonly unsealedBy: string | null;
  readonly answerTool?: AnswerTool;
}

export interface Passage {
  beginRequest(request: ParsedRequest, edits: RequestEdits): BegunRequest;
  /** Of which nobody knows what its client dropped. `notes` name what the target's dialect cannot express. */
  encodeRequest(request: ParsedRequest, edits: RequestEdits): PassedRequest;
  /** Of the request that was encoded last. */
  sent(): SentRequest;
  /** Goes on where another passage of the same ends encoded the request. */
  goOn(sent: SentRequest): void;
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
  /** May a stream that nobody asked for be told as one answer? */
  gathers(request: ParsedRequest): boolean;
  /** All of such a stream, whose content type is the vendor's, as that answer. */
  readStreamed(body: Buffer, request: ParsedRequest, contentType: string): WholeAnswerReading;
  /** Null: an answer must be held as a whole to be translated. */
  createLargeAnswerTap(): StreamTap | null;
}
