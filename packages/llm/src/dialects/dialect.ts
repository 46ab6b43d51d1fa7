// What a dialect must be able to do. A client dialect reads requests and writes errors; an upstream dialect writes
// requests and reads answers. All of it is pure and synchronous, and no input is ever changed (a retry encodes again).

import type { GhostError } from "@ghostllm/contract";
import type { EmbeddingsRequest, EmbeddingsResult } from "#embeddings.ts";
import type { RequestFitting } from "#fitting/fit-text.ts";
import type { ChatRequest, ChatResult } from "#hub.ts";
import type { Operation } from "#operations.ts";
import type { ClientDialectName, DialectName, Quirks } from "#providers/definition.ts";
import type { Splice } from "#wire/json-members.ts";
import type { JsonObject } from "#wire/json.ts";
import type { VendorError } from "#dialects/errors/vendor-error.ts";
import type { ClientModels } from "#dialects/fields/client-models.ts";
import type { RecallRules } from "#dialects/fields/recall-rules.ts";
import type { ClosingForm } from "#dialects/bodies/closing-text.ts";
import type { ConversationForm } from "#dialects/bodies/conversation-form.ts";
import type { OpeningRules } from "#dialects/bodies/opening.ts";
import type { AnswerReading } from "#dialects/bodies/read-answer.ts";
import type { StoredAnswer, StoredObjects } from "#dialects/bodies/stored-objects.ts";
import type { ToolNameRules } from "#dialects/names/fitted-names.ts";
import type { EncodedRequest, ParsedRequest, RequestEdits, RequestLine } from "./parsed-request.ts";
import type { AnswerPlaces } from "#dialects/passage/answer-losses.ts";
import type { NamedModel } from "#dialects/passage/told-model.ts";
import type { KnownTurns } from "#dialects/seals/sealed-turns.ts";
import type { StreamDecoder, StreamEncoder, WrittenAnswer } from "#dialects/streams/stream-codec.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import type { WrappedStreams } from "#dialects/streams/wrapped-streams.ts";
import type { DialectTexts } from "#dialects/texts/dialect-texts.ts";

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
  readonly recall: RecallRules;
  /** How its chats are written that a vendor may know the beginning of. */
  readonly opening: OpeningRules;
  /** A header, in lower case, by which a model may be asked to read more than it usually does, the word in it, and how much. */
  readonly longerContext?: { readonly header: string; readonly word: string; readonly tokens: number };
  /** `body` is valid UTF-8. Throws GhostError `invalid_request_error` with the path of the fault. */
  parseRequest(operation: Operation, body: Buffer, line?: RequestLine): ParsedRequest;
  /** The text of a prompt, to estimate its tokens where the vendor told none. */
  readPromptText(body: string): string;
  /** Which of a request and an answer are texts, for whoever changes them. */
  readonly texts: DialectTexts;
  /** How its chats are written as conversations. */
  readonly conversation: ConversationForm;
  /** Where its chats have what is asked last. */
  readonly closing: ClosingForm;
  encodeError(error: GhostError): string;
  /**
   * What tells clients in a long silence that their stream goes on, before its first event and behind it. Absent where they
   * read no such thing.
   */
  readonly keepAlive?: { readonly before: string; readonly within: string };
  /** A line in a stream that its clients read over, of one line without anything to hide. Absent where they do not. */
  remark?(text: string): string;
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
  /** How clients open sessions in real time; absent where the dialect has none. */
  readonly sessions?: SessionRules;
  /** The answer to `count_tokens`, where the dialect has that. */
  encodeTokenCount?(tokens: number): string;
  /** Absent where another dialect of the same vendor has the list. */
  readonly models?: ClientModels;
  /** What vendors of the dialect keep under ids, and how clients ask for it. */
  readonly stored?: readonly StoredObjects[];
  /** How its chats are told over a WebSocket; absent where the events of its streams are, as they are. */
  readonly channel?: ChannelForm;
  /** Paths that everybody is answered the same, with what they are answered. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** What browsers say in the names of protocols, since they have no headers for WebSockets. */
export interface SessionRules {
  /** Before a key. */
  readonly keyProtocol: string;
  /** Before what a header says otherwise. */
  readonly versionProtocol: string;
  readonly versionHeader: string;
  /** As the header says it. */
  toVersion(told: string): string;
}

/** A message to a client that is told its answer over a WebSocket. */
export type ChannelMessage = JsonObject & { readonly type: "chunk" | "usage" | "error" };

export interface ChannelForm {
  /** The request such that all of its answer comes as events. */
  ask(body: Buffer): Buffer;
  /** What an event of its stream says. */
  tell(event: JsonObject): readonly ChannelMessage[];
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

/** What it takes to reach vendors from other dialects. */
/** Headers, in lower case, that say how much of a limit is left, and when all of it is there again. */
export interface RateHeaders {
  readonly remaining: string;
  readonly reset: string;
}

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
  /** By which its vendors tell what is left of the limits of an account; absent where they do not. */
  readonly rateHeaders?: { readonly requests: RateHeaders; readonly tokens: RateHeaders };
  /** Its streams within another format, as a cloud that resells a vendor's models sends them. */
  readonly wrapped?: WrappedStreams;
}

/** A message of a request with calls and without the thought that led to them. */
export interface DroppedThought extends Pick<Splice, "start" | "end"> {
  /** The name of its first call; null where that has none. */
  readonly callName: string | null;
  /** The field for the thought is there, with nothing in it: `start` and `end` are those of its value. */
  readonly isWritten: boolean;
  /** What the client wrote instead, under another name. */
  readonly instead: string | null;
}

export interface RestoredThoughts {
  readonly dropped: readonly DroppedThought[];
  readonly turns: KnownTurns;
  /** A call without a thought is refused, so that one for which none is known is given an empty one. */
  readonly isNeeded: boolean;
}

/** Thoughts that have no seal, for vendors that want them back. */
export interface DroppedThoughts {
  find(request: ParsedRequest): readonly DroppedThought[];
  restore(request: ParsedRequest, restored: RestoredThoughts): RestoredRequest;
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
  /** Absent where no vendor of the dialect wants thoughts back that have no seal. */
  readonly droppedThoughts?: DroppedThoughts;
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
