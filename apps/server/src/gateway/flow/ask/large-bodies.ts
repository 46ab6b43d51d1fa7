// What a passage does to bodies, done in the heavy work's thread where they are large. Called by attempt.ts.

import type {
  AnswerFacts,
  Dialect,
  DialectName,
  ParsedRequest,
  PassedRequest,
  Passage,
  RequestEdits,
  SealedTurn,
  SealMemory,
  WholeAnswerReading,
} from "@ghostllm/llm";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";
import type { HeavyWork } from "#gateway/heavy-work/heavy-work.ts";
import type { WayOfJob } from "#gateway/heavy-work/jobs.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { Lifeline } from "./lifeline.ts";

export interface LargeBodyInput {
  readonly request: ParsedRequest;
  /** The client's. */
  readonly dialect: Dialect;
  readonly facts: AnswerFacts;
  readonly seals: SealMemory;
  readonly lifeline: Lifeline;
  readonly heavyWork: HeavyWork;
}

/** A passage, and the vendor's end of it, for a thread that makes one like it. */
export interface Crossing {
  readonly passage: Passage;
  readonly upstream: DialectName;
}

/** A promise only for a large request. */
export function encodeRequest(
  input: LargeBodyInput,
  crossing: Crossing,
  edits: RequestEdits,
): PassedRequest | Promise<PassedRequest> {
  const { request } = input;
  if (request.body.length <= heavyBytes) return crossing.passage.encodeRequest(request, edits);
  return encodeLarge(input, crossing, edits);
}

async function encodeLarge(input: LargeBodyInput, crossing: Crossing, edits: RequestEdits): Promise<PassedRequest> {
  const { request, heavyWork, seals, lifeline } = input;
  const job = { ...wayOf(input, crossing), request, edits, turns: new Map<string, SealedTurn>() };
  const first = await heavyWork.encode(job);
  // Turns are kept here, and which of them are wanted shows only there: then it is done again with them.
  const turns = turnsOf(seals, first.wanted);
  const { body, notes, sent } = turns.size === 0 ? first : await heavyWork.encode({ ...job, turns });
  // The client may have left meanwhile.
  if (lifeline.severedBy !== null) throw new UpstreamFailure("aborted", "aborted by the gateway");
  crossing.passage.goOn(sent);
  return { body: body ?? request.body, notes };
}

function turnsOf(seals: SealMemory, callIds: readonly string[]): ReadonlyMap<string, SealedTurn> {
  const turns = new Map<string, SealedTurn>();
  for (const callId of callIds) {
    const turn = seals.find(callId);
    if (turn !== undefined) turns.set(callId, turn);
  }
  return turns;
}

/**
 * A promise only for a large answer, or one to a large request. The caller leaves `body` to it. `streamType` is the content
 * type of a stream that is to be told as one answer.
 */
export function readAnswer(
  input: LargeBodyInput,
  crossing: Crossing,
  body: Buffer,
  streamType?: string,
): WholeAnswerReading | Promise<WholeAnswerReading> {
  const { request } = input;
  if (body.length > heavyBytes || request.body.length > heavyBytes) return readLarge(input, crossing, body, streamType);
  const { passage } = crossing;
  return streamType === undefined ? passage.readAnswer(body, request) : passage.readStreamed(body, request, streamType);
}

async function readLarge(
  input: LargeBodyInput,
  crossing: Crossing,
  body: Buffer,
  streamType: string | undefined,
): Promise<WholeAnswerReading> {
  const { request, heavyWork, seals, facts } = input;
  const sent = crossing.passage.sent();
  const elapsedMs = facts.elapsedMs?.() ?? 0;
  const { reading, kept } = await heavyWork.read({
    ...wayOf(input, crossing),
    request,
    sent,
    elapsedMs,
    body,
    streamType,
  });
  for (const [callIds, turn] of kept) seals.keep(callIds, turn);
  return reading;
}

function wayOf({ dialect, request, facts }: LargeBodyInput, { upstream }: Crossing): WayOfJob {
  const { elapsedMs: _ofThisThread, ...plain } = facts;
  return { client: dialect.name, upstream, operation: request.operation, facts: plain };
}
