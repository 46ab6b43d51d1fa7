// What a dialect must be able to do. A client dialect reads requests and writes errors; an upstream dialect writes
// requests and reads answers. All of it is pure and synchronous, and no input is ever changed (a retry encodes again).

import type { ErrorCode, GhostError } from "@ghostllm/contract";
import type { EmbeddingsRequest, EmbeddingsResult } from "#embeddings.ts";
import type { ChatEvent, ChatRequest, ChatResult, Usage } from "#hub.ts";
import type { Operation } from "#operations.ts";
import type { Member } from "#wire/json-members.ts";
import type { JsonObject } from "#wire/json.ts";
import type { AnswerPlaces } from "#dialects/passage/answer-losses.ts";
import type { ClientModels } from "#dialects/fields/client-models.ts";
import type { WrappedStreams } from "#dialects/streams/wrapped-streams.ts";
import type { RequestFitting } from "#fitting/fit-text.ts";
import type { ToolNameRules } from "#dialects/names/fitted-names.ts";
import type { ClientDialectName, DialectName, Quirks } from "#providers/definition.ts";
import type { AnswerReading } from "#dialects/fields/read-answer.ts";
import type { SealMemory } from "#dialects/seals/sealed-turns.ts";
import type { NamedModel } from "#dialects/passage/told-model.ts";
import type { WrittenAnswer } from "#dialects/passage/whole-as-stream.ts";
import type { KeptByVendor, StoredAnswer, StoredObjects } from "#dialects/fields/stored-objects.ts";

/** The size of a prompt, as far as its bytes tell it. */
export type PromptSize = Pick<ParsedRequest, "promptTokensEstimate" | "textBytes">;

/** What the gateway needs to know of a request; the rest of it stays in `body`. */
export interface ParsedRequest {
  readonly operation: Operation;
  /** As it came. */
  readonly body: Buffer;
  /** Where its fields stand; null where that is in doubt (a key twice, or with escapes). */
  readonly members: readonly Member[] | null;
  readonly model: string;
  readonly stream: boolean;
  /** The client asked to be told the usage within the stream. */
  readonly wantsStreamUsage: boolean;
  /** Upper guess from the size of the body, for limits and reservations. */
  readonly promptTokensEstimate: number;
  /** Bytes of text that the prompt is made of, of which no vendor makes more tokens than one each; those of the body where it is absent. */
  readonly textBytes?: number;
  /** Most output tokens of one answer, where the client named a maximum. Vendors differ in what 0 means: some take it for none. */
  readonly maxOutputTokens: number | null;
  /** How many answers are asked for: `n`, times the number of prompts. */
  readonly answers: number;
  /** The body is a form, in which the model has its place. */
  readonly form?: { readonly contentType: string; readonly modelStart: number; readonly modelEnd: number };
  /** Of the client's URL, such as `alt=sse`, where it tells how to answer. */
  readonly query?: string;
  /** Absent where vendors of the dialect keep nothing. */
  readonly kept?: KeptByVendor;
}

/** A public path on which clients speak the dialect, all with POST. */
export interface ClientEndpoint {
  /** `{model}` stands for the name of the model, which may hold slashes. */
  readonly path: string;
  readonly operation: Operation;
  /** Whether the answer is a stream, where the path and not the body says so. */
  readonly stream?: boolean;
  /** The body may be a form with files instead of JSON. */
  readonly takesForms?: boolean;
}

/** What a request says outside its body. */
export interface RequestLine {
  /** From the path, decoded. */
  readonly model?: string;
  readonly stream?: boolean;
  /** Without the question mark. */
  readonly query: string;
  readonly contentType?: string;
}

/** Ms since the vendor was asked. */
export type ElapsedMs = () => number;

/** Paths that clients of the dialect know and that are not served here. */
export interface UnservedPaths {
  readonly prefix: string;
  /** Why, by what follows the prefix. */
  readonly reasons: Readonly<Record<string, string>>;
}

export interface ClientDialect {
  readonly endpoints: readonly ClientEndpoint[];
  /** Request headers, in lower case, that mean something to vendors of the dialect. No other is passed on. */
  readonly forwardedHeaders: readonly string[];
  /** A header, in lower case, by which a model may be asked to read more than it usually does, the word in it, and how much. */
  readonly longerContext?: { readonly header: string; readonly word: string; readonly tokens: number };
  /** `body` is valid UTF-8. Throws GhostError `invalid_request_error` with the path of the fault. */
  parseRequest(operation: Operation, body: Buffer, line?: RequestLine): ParsedRequest;
  /** The text of a prompt, to estimate its tokens where the vendor told none. */
  readPromptText(body: string): string;
  encodeError(error: GhostError): string;
  /**
   * What tells clients in a long silence that their stream goes on, before its first event and behind it. Absent where they
   * read no such thing.
   */
  readonly keepAlive?: { readonly before: string; readonly within: string };
  /** The event that ends a stream which cannot go on. */
  encodeStreamError(error: GhostError): string;
  /** What a chat request means. Throws GhostError `invalid_request_error` with the path of the fault. */
  decodeRequest(request: ParsedRequest): ChatRequest;
  /** `elapsedMs` tells how long the vendor has been at it, for dialects whose answers say so. */
  encodeResult(result: ChatResult, request: ParsedRequest, elapsedMs?: ElapsedMs): string;
  /** How ids of answers begin, for those that the vendor gave none. */
  readonly answerIdPrefix: string;
  readonly answerPlaces: AnswerPlaces;
  createStreamEncoder(request: ParsedRequest, elapsedMs?: ElapsedMs): StreamEncoder;
  /** Absent where the dialect has no embeddings. */
  readonly embeddings?: ClientEmbeddings;
  /**
   * What a request is answered that asks for nothing but what a server of the dialect does with itself; null for every other
   * one. Vendors of other dialects are not asked.
   */
  readonly answerAlone?: (request: ParsedRequest, nowMs: number) => string | null;
  readonly unserved?: UnservedPaths;
  /** The answer to `count_tokens`, where the dialect has that. */
  encodeTokenCount?(tokens: number): string;
  /** Absent where another dialect of the same vendor has the list. */
  readonly models?: ClientModels;
  /** What vendors of the dialect keep under ids, and how clients ask for it. */
  readonly stored?: readonly StoredObjects[];
  /** Paths that everybody is answered the same, with what they are answered. */
  readonly facts?: Readonly<Record<string, string>>;
}

export interface ClientEmbeddings {
  /** Throws GhostError `invalid_request_error` with the path of the fault. */
  decodeRequest(request: ParsedRequest): EmbeddingsRequest;
  encodeResult(result: EmbeddingsResult, request: ParsedRequest, elapsedMs?: ElapsedMs): string;
}

export interface UpstreamEmbeddings {
  encodeRequest(request: EmbeddingsRequest, edits: RequestEdits): EncodedRequest;
  /** Null where the body is no answer of the dialect. */
  decodeResult(body: Buffer): EmbeddingsResult | null;
}

/** Writes a stream for a client, event by event. */
export interface StreamEncoder {
  /** Of the whole stream, such as `text/event-stream`. */
  readonly contentType: string;
  /** All that is written is one document, to which no event can be added from outside. */
  readonly isDocument?: boolean;
  /** Empty where the event has nothing to say to the client yet. */
  encode(event: ChatEvent): string;
  /** The end of a stream that cannot go on, where it depends on what was written. Otherwise `encodeStreamError` writes it. */
  readonly encodeFailure?: (error: GhostError) => string;
}

/** Reads a vendor's stream in pieces of any size. */
export interface StreamDecoder {
  push(chunk: Buffer): readonly ChatEvent[];
  /**
   * The vendor's stream is over: what was still held, unless the connection `isCut`, and `end` or `error` if neither came
   * before.
   */
  flush(isCut?: boolean): readonly ChatEvent[];
  /** The answer told that it has ended, although the last mark of its stream may be missing. */
  readonly isWhole: boolean;
}

export interface EncodedRequest {
  readonly body: string;
  /** Names of what this dialect cannot express, and what is therefore not in `body`. */
  readonly notes: readonly string[];
}

export interface RequestEdits {
  readonly model: string;
  readonly quirks: Quirks;
  /** The client's headers that vendors of its dialect are sent, for those who want them in the body. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Can the model think? Absent or null where nobody knows. */
  readonly thinks?: boolean | null;
}

/** What a vendor told within a stream about its failing. */
export interface StreamFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly error: VendorError;
}

/** Watches a stream that passes through: reads its usage and its end, and withholds what the client did not ask for. */
export interface StreamTap {
  /** False for one document. */
  readonly isEventStream: boolean;
  /** Of what is passed on, where it is not the vendor's own. */
  readonly contentType?: string;
  /** The bytes to pass on now: whole frames, or null. */
  push(chunk: Buffer): Buffer | null;
  /**
   * The vendor's stream is over: what is still held, unless the connection `isCut`, and the mark of the end where the answer
   * is whole without it.
   */
  flush(isCut?: boolean): Buffer | null;
  readonly usage: Usage | null;
  /** The dialect's own mark of the end has come by: nothing of worth follows. */
  readonly ended: boolean;
  /** The vendor reported an error within the stream: nothing passes any more, and `fail` tells it to the client. */
  readonly failure: StreamFailure | null;
  /** The answer told that it has ended, although the last mark of its stream may be missing. */
  readonly isWhole: boolean;
  /** Something came that tells a client more than that there is a stream. */
  readonly hasTold: boolean;
  /**
   * The last bytes of a stream that cannot go on: the vendor's own words where it told why, otherwise `error`. Null where a
   * client can only be told by the cut.
   */
  fail(error: GhostError): Buffer | null;
  /** The answer as its vendor keeps it, as far as the stream has told by now. */
  readonly stored?: StoredAnswer | null;
}

/** What a vendor's error body says, in no dialect's terms. */
export interface VendorError {
  /** Null where it says nothing. */
  readonly message: string | null;
  /** The vendor's own types, codes and statuses, such as `overloaded_error`, `RESOURCE_EXHAUSTED`. */
  readonly words: readonly string[];
  /** Where the body tells it. */
  readonly retryAfterSeconds?: number;
  /** The HTTP status that the body tells, whatever that of the answer is. */
  readonly status?: number;
}

/** What it takes to reach vendors from other dialects. */
export interface UpstreamDialect {
  /** The content type by which an answer is known to be a stream, without parameters. */
  readonly streamContentType: string;
  /** A vendor's error body, whole or as an event of a stream. */
  readError(body: string): VendorError;
  /** What makes the body of an answer of status 200, which is a JSON object, none; null for an answer. */
  failureOf(answer: JsonObject, request: Pick<ParsedRequest, "operation">): VendorError | null;
  /** The request for a target that does not speak the client's dialect. */
  encodeRequest(request: ChatRequest, edits: RequestEdits): EncodedRequest;
  /** Null where the body is no answer of the dialect. `fallbackId` names calls of an answer that has neither ids nor a name. */
  decodeResult(body: Buffer, fallbackId?: string): ChatResult | null;
  createStreamDecoder(fallbackId?: string): StreamDecoder;
  /** The model cannot be held to a schema in such a request, but calls tools. Absent where all models can. */
  answersByTool?(model: string, request: ChatRequest): boolean;
  /** Absent where its vendors take all names. */
  readonly toolNames?: ToolNameRules;
  /** The limit of output that is written where the client named none; absent where none is written. */
  readonly usualOutputTokens?: (model: string) => number;
  /** Absent where the dialect has no embeddings. */
  readonly embeddings?: UpstreamEmbeddings;
  /** Its streams within another format, as a cloud that resells a vendor's models sends them. */
  readonly wrapped?: WrappedStreams;
}

export interface RestoredRequest {
  readonly request: ParsedRequest;
  /** A call whose thought is not known was given an empty one. */
  readonly isFilled: boolean;
}

/** What it takes besides, where clients speak the dialect too: between them and its vendors bytes pass. */
export interface PassingDialect extends UpstreamDialect {
  /** The request for a target of the same dialect: only the named edits are made, every other byte stays. */
  editRequest(request: ParsedRequest, edits: RequestEdits): Buffer | string;
  /** What is done to a request that the target would refuse. */
  readonly fitting: RequestFitting;
  /** The fields of a request without what other vendors sealed, in a list of one. Absent where the dialect has no seals. */
  readonly dropForeignSeals?: (request: JsonObject) => readonly unknown[];
  /** The request with thoughts that have no seal, for vendors that want them back. Absent where no vendor of the dialect does. */
  readonly restoreThoughts?: (request: ParsedRequest, memory: SealMemory, isNeeded: boolean) => RestoredRequest;
  readonly namedModel: NamedModel;
  /** The field in which a result names its call. Absent where not all do. */
  readonly resultIds?: string;
  readAnswer(body: Buffer, request: ParsedRequest): AnswerReading;
  createStreamTap(request: ParsedRequest, quirks: Quirks): StreamTap;
  /** A whole answer, which came where a stream was asked for, as one. Absent, or null, where it must be taken apart for that. */
  readonly frameWhole?: (body: Buffer, request: ParsedRequest) => WrittenAnswer | null;
  /** A whole answer as its vendor keeps it; null where it is none of those. Absent where vendors keep none. */
  readonly readStored?: (body: Buffer) => StoredAnswer | null;
  /** For a whole answer that is too large to hold: everything passes, and its last bytes are searched for usage. */
  createLargeAnswerTap(): StreamTap;
  /** The text that an answer carries, to estimate its tokens where the vendor told none. The body may be cut off. */
  readText(body: string, stream: boolean): string;
}

/** A dialect that vendors speak, and perhaps no clients. */
export interface VendorDialect {
  readonly name: DialectName;
  readonly upstream: UpstreamDialect;
}

/** A dialect that clients and vendors speak. */
export interface Dialect extends VendorDialect {
  readonly name: ClientDialectName;
  readonly client: ClientDialect;
  readonly upstream: PassingDialect;
}
