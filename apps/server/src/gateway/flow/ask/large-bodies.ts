// What a passage does to bodies, done in the heavy work's thread where they are large. Called by attempt.ts.

import type {
  AnswerFacts,
  Dialect,
  DialectName,
  KnownTurns,
  ParsedRequest,
  PassedRequest,
  Passage,
  RequestEdits,
  WholeAnswerReading,
} from "@ghostllm/llm";
import type { Awaitable } from "#domain/clock.ts";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";
import type { HeavyWork } from "#gateway/heavy-work/heavy-work.ts";
import type { WayOfJob } from "#gateway/heavy-work/jobs.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import { restoreWhole } from "#gateway/flow/protection.ts";
import type { Protected } from "#gateway/flow/protection.ts";
import type { Ear } from "#gateway/flow/content/ear.ts";
import type { Line } from "./lifeline.ts";

export interface LargeBodyInput {
  readonly request: ParsedRequest;
  /** The client's. */
  readonly dialect: Dialect;
  readonly facts: AnswerFacts;
  /** What a privacy policy took out of the request; null where there is none. */
  readonly protection: Protected | null;
  /** Null where nothing of its texts is stored. */
  readonly content: Ear | null;
  readonly lifeline: Line;
  readonly heavyWork: HeavyWork;
}

/** A passage, and the vendor's end of it, for a thread that makes one like it. */
export interface Crossing {
  readonly passage: Passage;
  readonly upstream: DialectName;
}

export interface EncodeInput extends LargeBodyInput {
  /** Those that are known, by the names of their calls. */
  readonly findTurns: (callNames: readonly string[]) => Awaitable<KnownTurns>;
}

/** A promise only for a large request, and for one whose turns are not at hand. */
export function encodeRequest(input: EncodeInput, crossing: Crossing, edits: RequestEdits): Awaitable<PassedRequest> {
  const { request } = input;
  if (request.body.length > heavyBytes) return encodeLarge(input, crossing, edits);
  const begun = crossing.passage.beginRequest(request, edits);
  if (begun.wanted.length === 0) return begun.encode(noTurns);
  const turns = input.findTurns(begun.wanted);
  return turns instanceof Promise ? turns.then((found) => begun.encode(found)) : begun.encode(turns);
}

async function encodeLarge(input: EncodeInput, crossing: Crossing, edits: RequestEdits): Promise<PassedRequest> {
  const { request, heavyWork, lifeline } = input;
  const job = { ...wayOf(input, crossing), request, edits, turns: noTurns };
  const first = await heavyWork.encode(job);
  // Which turns are wanted shows only there: where some are known it is done again with them.
  const turns = first.wanted.length === 0 ? noTurns : await input.findTurns(first.wanted);
  const { body, notes, sent } = turns.size === 0 ? first : await heavyWork.encode({ ...job, turns });
  // The client may have left meanwhile.
  if (lifeline.severedBy !== null) throw new UpstreamFailure("aborted", "aborted by the gateway");
  crossing.passage.goOn(sent);
  return { body: body ?? request.body, notes };
}

const noTurns: KnownTurns = new Map();

export interface CameWhole {
  /** The caller leaves it to whoever reads it. */
  readonly body: Buffer;
  readonly answerType: string;
  /** The content type of a stream that is to be told as one answer. */
  readonly streamType?: string | undefined;
}

/** A promise only for a large answer, or one to a large request. */
export function readAnswer(
  input: LargeBodyInput,
  crossing: Crossing,
  { body, answerType, streamType }: CameWhole,
): WholeAnswerReading | Promise<WholeAnswerReading> {
  const { request } = input;
  if (body.length > heavyBytes || request.body.length > heavyBytes)
    return readLarge(input, crossing, { body, answerType, streamType });
  const { passage } = crossing;
  const reading =
    streamType === undefined ? passage.readAnswer(body, request) : passage.readStreamed(body, request, streamType);
  input.content?.hear((reading.failure ?? reading).body, typeToKeep(reading, answerType));
  return withTexts(input, reading);
}

/** Of what is told, which may be of another type than what came. */
function typeToKeep({ contentType }: WholeAnswerReading, answerType: string): string {
  return contentType ?? answerType;
}

function withTexts({ protection, dialect }: LargeBodyInput, reading: WholeAnswerReading): WholeAnswerReading {
  if (protection === null || protection.restorer === null) return reading;
  const { body, contentType = "" } = reading;
  return { ...reading, body: restoreWhole(protection, { body, contentType, dialect }) };
}

/** Null where nothing stands for anything. */
function placeholdersOf(protection: Protected | null): Protected["placeholders"] | null {
  return protection === null || protection.restorer === null ? null : protection.placeholders;
}

async function readLarge(
  input: LargeBodyInput,
  crossing: Crossing,
  { body, answerType, streamType }: CameWhole,
): Promise<WholeAnswerReading> {
  const { request, heavyWork, facts, content } = input;
  const sent = crossing.passage.sent();
  const elapsedMs = facts.elapsedMs?.() ?? 0;
  const { reading, withPlaceholders } = await heavyWork.read({
    ...wayOf(input, crossing),
    request,
    sent,
    elapsedMs,
    body,
    placeholders: placeholdersOf(input.protection),
    streamType,
    keepsPlaceholders: content?.keepsAnswer === true,
  });
  content?.hear(withPlaceholders ?? (reading.failure ?? reading).body, typeToKeep(reading, answerType));
  return reading;
}

function wayOf({ dialect, request, facts }: LargeBodyInput, { upstream }: Crossing): WayOfJob {
  const { elapsedMs: _ofThisThread, ...plain } = facts;
  return { client: dialect.name, upstream, operation: request.operation, facts: plain };
}
