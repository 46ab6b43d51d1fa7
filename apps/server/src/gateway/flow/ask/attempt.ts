import { GhostError } from "@ghostllm/contract";
import { passageBetween, PlainRestoringTap, RestoringTap, urlOf, vendorDialects, wayTo } from "@ghostllm/llm";
import type { ErrorReading, Operation, Passage, StreamTap, WholeAnswerReading } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";
import type { Authenticator } from "#gateway/upstream/authenticate.ts";
import { decoded } from "#gateway/upstream/decoded-answer.ts";
import { PacedAnswer } from "#gateway/upstream/paced-answer.ts";
import { peek } from "#gateway/upstream/peeked-answer.ts";
import { readWhole } from "#gateway/upstream/read-whole.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { UpstreamAnswer, UpstreamCall, UpstreamClient, UpstreamRequest } from "#gateway/upstream/upstream.ts";
import { listOf } from "#gateway/flow/answer/answer-headers.ts";
import type { RequestHeaders } from "./request-headers.ts";
import type { Line } from "./lifeline.ts";
import type { Patience } from "./patience.ts";
import { encodeRequest, readAnswer as readWholeAnswer } from "./large-bodies.ts";
import type { Crossing, EncodeInput, LargeBodyInput } from "./large-bodies.ts";
import { readFirstFrames } from "./first-frames.ts";
import { restoreWhole } from "#gateway/flow/protection.ts";
import type { Listener } from "#gateway/flow/recall/caching.ts";
import type { VendorAnswer, VendorBase, WholeVendorAnswer } from "#gateway/flow/answer/answer.ts";

/** What it takes to read an answer. */
export interface ReceiveInput extends LargeBodyInput {
  readonly target: Target;
  readonly lifeline: Line;
  readonly answerBufferBytes: number;
  /** Null, or absent: nothing is said about how long it is waited for. */
  readonly patience?: Patience | null;
}

export interface VendorCall extends ReceiveInput {
  readonly upstream: UpstreamClient;
  readonly authenticator: Authenticator;
  /** Null where no answer to it is kept. */
  readonly caching: Listener | null;
  /** Told of the call as soon as it is made. */
  readonly onCall: (call: UpstreamCall) => void;
}

export interface AttemptInput extends VendorCall, EncodeInput {
  readonly isStrict: boolean;
  readonly headers: RequestHeaders;
}

/**
 * One try at a target. Answers with whatever the vendor answered, errors included; rejects with UpstreamFailure when
 * there is no answer, when it breaks off before its first event, or when it makes no sense.
 */
export async function attemptTarget(input: AttemptInput): Promise<VendorAnswer> {
  const { target, request, headers } = input;
  const { definition } = target.provider;
  const way = wayTo(definition, input.dialect.name, request.operation, target.model);
  if (way === null) throw new GhostError("internal_error", `${target.provider.name} was planned for what it lacks`);
  const { facts } = input;
  const passage = passageBetween(input.dialect, vendorDialects[way.dialect], request.operation, { facts });
  const model = target.sentAs ?? target.model;
  const thinks = target.capabilities?.thinking ?? null;
  const edits = { model, thinks, quirks: definition.quirks ?? {}, headers: headers.forwarded };
  const encoded = encodeRequest(input, { passage, upstream: way.dialect }, edits);
  const { body, notes } = encoded instanceof Promise ? await encoded : encoded;
  if (input.isStrict && notes.length > 0) throw refuseLoss(target, notes);
  const url = urlOf(way, { ...target.provider, model, stream: request.stream });
  const sent = headersFor(input, way.dialect === input.dialect.name);
  const { idleMs = null } = input.patience ?? {};
  const asked = { method: "POST", url, headers: sent, body, ...(idleMs !== null && { idleMs }) } as const;
  return callVendor(input, asked, { passage, upstream: way.dialect, notes });
}

/** Sends a request with the operator's credential, and reads the answer as far as it must be known. Rejects as above. */
export async function callVendor(input: VendorCall, request: UpstreamRequest, passed: Passed): Promise<VendorAnswer> {
  const { upstream, lifeline, target, caching } = input;
  const prepared = authenticate(input, request);
  const call = upstream.send(prepared instanceof Promise ? await prepared : prepared);
  input.onCall(call);
  lifeline.hold(call);
  const answer = decoded(await call.answer);
  const { upstream: dialect, notes, passage } = passed;
  const about = { target, upstream: dialect, notes, sent: () => passage.sent() };
  return receive(input, caching === null ? answer : caching.listenTo(answer, about), passed);
}

/** Reads an answer as far as it must be known. Rejects as above. */
export function receive(input: ReceiveInput, answer: UpstreamAnswer, passed: Passed): Promise<VendorAnswer> {
  if (isStream(answer, passed.passage)) {
    return passed.passage.gathers(input.request)
      ? readGathered(input, answer, passed)
      : readStream(input, answer, passed);
  }
  const mayBeStream = input.request.stream && answer.status < 300 && streamingOperations.has(input.request.operation);
  return mayBeStream ? readUnknown(input, answer, passed) : readAnswer(input, answer, passed);
}

const streamingOperations: ReadonlySet<Operation> = new Set(["chat.completions", "completions", "generate"]);

/** What is of another type than a stream, where one was asked for: its first bytes tell what it is. */
async function readUnknown(input: ReceiveInput, source: UpstreamAnswer, passed: Passed): Promise<VendorAnswer> {
  const { passage } = passed;
  const answer = await peek(source, (first) => passage.typeOfStream(first) !== undefined);
  const type = passage.typeOfStream(answer.first) ?? null;
  return type === null ? readAnswer(input, answer, passed) : readStream(input, answer, { ...passed, type });
}

/** A promise only where a token must be fetched first; the client may have left meanwhile. */
function authenticate(
  { authenticator, target, lifeline }: VendorCall,
  request: UpstreamRequest,
): UpstreamRequest | Promise<UpstreamRequest> {
  const authenticated = authenticator.authenticate(request, target.provider);
  if (!(authenticated instanceof Promise)) return authenticated;
  return authenticated.then((ready) => {
    if (lifeline.severedBy !== null) throw new UpstreamFailure("aborted", "aborted by the gateway");
    return ready;
  });
}

interface Passed extends Crossing {
  /** Of a stream that came under another one. */
  readonly type?: string;
  readonly notes: readonly string[];
}

function refuseLoss({ provider }: Target, notes: readonly string[]): GhostError {
  const lost = listOf(notes);
  return new GhostError("invalid_request_error", `${provider.name} cannot be asked for all of this: ${lost}.`);
}

export function headersFor(
  { target, request, headers }: Pick<AttemptInput, "target" | "request" | "headers">,
  isStraight: boolean,
): Record<string, string> {
  const { definition } = target.provider;
  const sent = {
    ...definition.headers,
    ...headers.own,
    ...(request.form && { "content-type": request.form.contentType }),
    ...(isStraight && headers.forwarded),
  };
  const { dropsHeaders } = definition.quirks?.envelope ?? {};
  return dropsHeaders === undefined ? sent : withoutHeaders(sent, dropsHeaders);
}

function withoutHeaders(headers: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

function isStream({ status, headers }: UpstreamAnswer, passage: Passage): boolean {
  return status < 300 && passage.isStream(String(headers["content-type"]));
}

/** From now on it is this that is aborted: it knows what of the answer is still here. */
function paced({ lifeline }: ReceiveInput, answer: UpstreamAnswer): PacedAnswer {
  const source = new PacedAnswer(answer);
  lifeline.hold(source);
  return source;
}

async function readStream(
  input: ReceiveInput,
  answer: UpstreamAnswer,
  { passage, notes, type }: Passed,
): Promise<VendorAnswer> {
  const { target, request } = input;
  const { quirks = {} } = target.provider.definition;
  const source = paced(input, answer);
  const headers = type === undefined ? source.headers : { ...source.headers, "content-type": type };
  const contentType = String(headers["content-type"]);
  const made = passage.createStreamTap(request, quirks, contentType);
  const tap = restoring(input, overheard(input, made, made.contentType ?? contentType));
  const first = await readFirstFrames(source, tap, { isPatient: input.patience?.awaitsFirstToken === true });
  const base: VendorBase = { origin: "vendor", target, notes, status: source.status, headers };
  if (tap.failure === null || tap.hasTold) return { kind: "stream", ...base, first, tap, source };
  // As long as the client has heard nothing, an error within a stream is one like any other.
  source.abort();
  const failure = passage.readFailure(tap.failure);
  input.content?.hear(failure.body, json);
  return failed(base, failure);
}

/** What is stored of it has the placeholders in it. */
function overheard({ content }: ReceiveInput, tap: StreamTap, contentType: string): StreamTap {
  return content === null ? tap : content.listenTo(tap, contentType);
}

/** What was taken out of the request is in what the client is told of the stream. */
function restoring({ protection, dialect: { client } }: ReceiveInput, tap: StreamTap): StreamTap {
  const restorer = protection?.restorer ?? null;
  return restorer === null ? tap : new RestoringTap(tap, client.texts.stream, restorer);
}

/** Of an error: what is longer was not written for anybody to read. */
const longestError = 256 * 1024;
const untold = Buffer.alloc(0);

async function readAnswer(input: ReceiveInput, source: UpstreamAnswer, passed: Passed): Promise<VendorAnswer> {
  const { target, patience } = input;
  patience?.begun();
  const { passage, notes } = passed;
  const base: VendorBase = { origin: "vendor", target, notes, status: source.status, headers: source.headers };
  if (source.status >= 300 && source.status < 400) {
    throw new UpstreamFailure("broken", `the base URL leads elsewhere (status ${source.status})`);
  }
  const isError = source.status >= 300;
  const most = isError ? longestError : input.answerBufferBytes;
  const { body, complete, refusal } = await readWhole(source, most, input.lifeline.exchange.held);
  if (isError && !complete) {
    source.abort();
    return readError(input, base, untold, passage);
  }
  if (!complete) {
    const tap = passage.createLargeAnswerTap();
    if (tap === null) throw refusal ?? new UpstreamFailure("broken", "the answer is too large to be translated");
    const restorer = input.protection?.restorer ?? null;
    const heard = overheard(input, tap, typeOf(source));
    const told = restorer === null ? heard : new PlainRestoringTap(heard, restorer);
    return { kind: "stream", ...base, first: told.push(body), tap: told, source: paced(input, source) };
  }
  if (isError) return readError(input, base, body, passage);
  const beginning = beginningOf(body);
  const read = readWholeAnswer(input, passed, { body, answerType: typeOf(source) });
  const reading = read instanceof Promise ? await read : read;
  if (reading.isBroken) throw notJson(beginning);
  return wholeOf(reading, base);
}

/** A stream that nobody asked for. What fails within it has told the client nothing, and may go well elsewhere. */
async function readGathered(input: ReceiveInput, source: UpstreamAnswer, passed: Passed): Promise<VendorAnswer> {
  const { target, patience } = input;
  patience?.begun();
  const { notes } = passed;
  const base: VendorBase = { origin: "vendor", target, notes, status: source.status, headers: source.headers };
  const { body, complete, refusal } = await readWhole(source, input.answerBufferBytes, input.lifeline.exchange.held);
  if (!complete) throw refusal ?? new UpstreamFailure("broken", "the stream is too large to be told as one answer");
  const read = readWholeAnswer(input, passed, { body, answerType: json, streamType: typeOf(source) });
  const reading = read instanceof Promise ? await read : read;
  if (reading.isBroken) throw new UpstreamFailure("broken", "the stream broke off");
  return wholeOf(reading, base);
}

const json = "application/json";

const typeOf = ({ headers }: UpstreamAnswer): string => String(headers["content-type"] ?? json);

function wholeOf(reading: WholeAnswerReading, base: VendorBase): WholeVendorAnswer {
  if (reading.failure !== undefined) return failed(base, reading.failure);
  return { kind: "whole", ...base, ...toldBy(reading, base) };
}

function readError(
  { protection, content, dialect }: ReceiveInput,
  base: VendorBase,
  body: Buffer,
  passage: Passage,
): WholeVendorAnswer {
  const { status, headers, target } = base;
  const { quirks = {} } = target.provider.definition;
  const reading = passage.readError(status, body, { headers, quirks });
  content?.hear(reading.body, json);
  const told = restoreWhole(protection, { body: reading.body, contentType: "application/json", dialect });
  return failed(base, { ...reading, body: told });
}

/** The vendor's error, by whatever status it came. */
function failed(base: VendorBase, { body, contentType, ...error }: ErrorReading): WholeVendorAnswer {
  const { status } = error;
  return { kind: "whole", ...base, ...typed(base, contentType), status, body, usage: null, stored: null, error };
}

function toldBy(reading: WholeAnswerReading, base: VendorBase) {
  const { body, usage, stored = null, turn = null, contentType, notes: lost = [] } = reading;
  return { body, usage, stored, turn, error: null, notes: [...base.notes, ...lost], ...typed(base, contentType) };
}

/** The headers, where what is passed on has another type than what the vendor sent. */
function typed({ headers }: VendorBase, contentType: string | undefined): Partial<Pick<VendorBase, "headers">> {
  return contentType === undefined ? {} : { headers: { ...headers, "content-type": contentType } };
}

/** What begins as JSON does is a model's answer that was cut. */
/** A large answer is handed to another thread, with all that refers to its memory. */
function beginningOf(body: Buffer): Buffer {
  return body.length > heavyBytes ? Buffer.from(body.subarray(0, 100)) : body;
}

function notJson(beginning: Buffer): UpstreamFailure {
  const isForeign = !/^\s*[{[]/.test(beginning.toString("latin1", 0, 100));
  return new UpstreamFailure("broken", "the answer is not valid JSON", { isForeign });
}
