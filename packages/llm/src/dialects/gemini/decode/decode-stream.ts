// A vendor's stream -> events of the hub. Each event of it is an answer with what is new; there is no mark of the end, but
// the last one tells why the answer ended. decode-candidate.ts reads what an event adds.

import { breakOff, FrameDecoder, failStream } from "#dialects/streams/frame-decoder.ts";
import type { DecoderState } from "#dialects/streams/frame-decoder.ts";
import { ExactMembers, parseExactly } from "#wire/exact-json.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { readErrorValue } from "#dialects/gemini/answer-error.ts";
import { blockReasonOf } from "#dialects/gemini/answer-failure.ts";
import { beginCandidate, endCandidate, failureOf, readCandidate, tellRest } from "./decode-candidate.ts";
import type { CandidateState } from "./decode-candidate.ts";
import { secondsOf } from "./decode-result.ts";
import { addGrounding, noGrounding, readUsage, usesOf } from "#dialects/gemini/usage.ts";
import type { Grounding } from "#dialects/gemini/usage.ts";

/** More answers than any vendor gives at once. */
const mostCandidates = 128;

interface StreamState extends DecoderState {
  isStarted: boolean;
  /** The vendor refused the prompt. */
  isBlocked: boolean;
  grounding: Grounding;
  serviceTier: string;
  readonly candidates: Map<number, CandidateState>;
  readonly fallbackId: string;
}

export function createStreamDecoder(fallbackId = ""): FrameDecoder<StreamState> {
  const flags = { isStarted: false, isBlocked: false, isOver: false };
  const told = { ...flags, grounding: noGrounding, serviceTier: "", fallbackId };
  return new FrameDecoder({ ...told, candidates: new Map(), events: [] }, { readData, isWhole, end });
}

const exact = new ExactMembers({ texts: ["args"], numbers: ["partialArgs"] });

/** One event, or the array that the vendor writes for who does not ask for events. */
function readData(data: string, state: StreamState): void {
  if (data === "[DONE]") return end(state);
  const value = parseExactly(data, exact);
  const answers = Array.isArray(value) ? value : value === undefined ? readLines(data) : [value];
  for (const answer of answers) if (!state.isOver) readAnswerPiece(answer, state);
}

/** Of a vendor that leaves out the empty lines between its events. */
function readLines(data: string): readonly unknown[] {
  return data.split("\n").map((line) => parseExactly(line, exact));
}

function readAnswerPiece(answer: unknown, state: StreamState): void {
  if (!isObject(answer)) return failStream(state, "The vendor sent an event that is no JSON object.");
  if (memberOf(answer, "error")) {
    const { message, words } = readErrorValue(answer);
    return failStream(state, message ?? "error within the stream", words[0]);
  }
  const { candidates, usageMetadata, responseId, modelVersion, createTime, ...rest } = answer;
  if (!state.isStarted) start({ responseId, modelVersion, createTime }, state);
  if (blockReasonOf(answer) !== undefined) state.isBlocked = true;
  for (const [at, candidate] of listOf(candidates).entries()) {
    const told = candidateAt(candidate, at, responseId || state.fallbackId, state);
    if (told !== null && isObject(candidate)) readCandidate(candidate, told, state.events);
  }
  state.grounding = addGrounding(state.grounding, answer);
  tellUsage(usageMetadata, state);
  tellRest(rest, undefined, state.events);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function start({ responseId, modelVersion, createTime }: JsonObject, state: StreamState): void {
  state.isStarted = true;
  state.events.push({
    kind: "start",
    id: typeof responseId === "string" ? responseId : "",
    model: typeof modelVersion === "string" ? modelVersion : "",
    createdSeconds: secondsOf(createTime),
  });
}

function candidateAt(value: unknown, at: number, responseId: unknown, { candidates }: StreamState) {
  const told = memberOf(value, "index");
  const index = typeof told === "number" ? told : at;
  const known = candidates.get(index);
  if (known !== undefined) return known;
  if (!Number.isSafeInteger(index) || index < 0 || index >= mostCandidates) return null;
  const begun = beginCandidate(index, responseId);
  candidates.set(index, begun);
  return begun;
}

/** Searches may be told before the last counts. */
function tellUsage(told: unknown, state: StreamState): void {
  const usage = readUsage(told);
  if (usage !== null) state.events.push({ kind: "usage", usage: { ...usage, ...usesOf(state.grounding) } });
  const serviceTier = memberOf(told, "serviceTier");
  if (typeof serviceTier !== "string" || serviceTier === "" || serviceTier === state.serviceTier) return;
  state.serviceTier = serviceTier;
  state.events.push({ kind: "service_tier", serviceTier });
}

/** There is no mark of the end: an answer must have told why it ended, or the vendor that it refused the prompt. */
function isWhole({ candidates, isBlocked }: StreamState): boolean {
  const answers = [...candidates.values()];
  return isBlocked || (answers.length > 0 && answers.every(({ finishReason }) => finishReason !== null));
}

function end(state: StreamState): void {
  const { candidates, events, isBlocked } = state;
  if (!isWhole(state)) return breakOff(state);
  const before = events.length;
  const [failure] = [...candidates.values()].map(failureOf).filter((found) => found !== null);
  if (failure !== undefined) return failStream(state, failure.message ?? "", failure.words[0]);
  for (const candidate of candidates.values()) endCandidate(candidate, events);
  const isFinished = events.slice(before).some(({ kind }) => kind === "finish");
  if (!isFinished && isBlocked) events.push({ kind: "finish", index: 0, finish: "content_filter" });
  events.push({ kind: "end" });
  state.isOver = true;
}
