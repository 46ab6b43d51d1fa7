// How jobs and their results cross between the threads: bytes are handed over instead of copied, or shared where they lie
// in shared memory, and arrive as buffers again.

import { GhostError } from "@ghostllm/contract";
import type { ErrorCode } from "@ghostllm/contract";
import type { HeavyJob, HeavyResult, ReadElsewhere } from "./jobs.ts";

/** A GhostError as plain data; what is none is a fault of ours. */
interface ToldError {
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly param: string | undefined;
  readonly status: number;
  readonly isFinal: boolean;
  /** Of a fault: where it happened is all that is logged of one. */
  readonly stack?: string | undefined;
}

export type JobAnswer = { readonly value: HeavyResult } | { readonly error: ToldError };

export interface Posted<Message> {
  readonly message: Message;
  readonly transfer: ArrayBuffer[];
}

/** Of an answer, the bytes are nobody's but the job's. A request's are asked for again: they are shared, or small. */
export function toThread(job: HeavyJob): Posted<HeavyJob> {
  return { message: job, transfer: job.kind === "read" ? ownMemory(job.body) : [] };
}

export function jobFromMain(job: HeavyJob): HeavyJob {
  if (job.kind === "encode") return { ...job, request: withBuffer(job.request) };
  return job.kind === "parse" || job.kind === "look"
    ? withBuffer(job)
    : { ...withBuffer(job), request: withBuffer(job.request) };
}

/** The body of a parsed request stays where it is. The places of its fields are found again there where they are many. */
export function toMain(value: HeavyResult): Posted<JobAnswer> {
  if (value.kind === "read") return { message: { value }, transfer: ownMemory(value.reading.body) };
  if (value.kind === "encode")
    return { message: { value }, transfer: value.body === null ? [] : ownMemory(value.body) };
  if (value.kind === "look")
    return { message: { value }, transfer: value.changedBody === null ? [] : ownMemory(value.changedBody) };
  const { members } = value.request;
  const told = members !== null && members.length > mostMembers ? null : members;
  return {
    message: { value: { ...value, request: { ...value.request, body: nothing, members: told } } },
    transfer: value.changedBody === null ? [] : ownMemory(value.changedBody),
  };
}

/** A copy of so many costs the event loop nothing to speak of. */
const mostMembers = 1_000;
const nothing = Buffer.alloc(0);

export function errorToMain(error: unknown): JobAnswer {
  if (!(error instanceof GhostError)) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    return { error: { code: null, message, stack, param: undefined, status: 500, isFinal: true } };
  }
  const { code, message, param, status, isRetryable } = error;
  return { error: { code, message, param, status, isFinal: !isRetryable } };
}

/** Throws what the job threw. */
export function fromThread(answer: JobAnswer, job: HeavyJob): HeavyResult {
  if ("error" in answer) throw errorOf(answer.error);
  const { value } = answer;
  if (value.kind === "read") return readFromThread(value);
  if (value.kind === "encode") return value.body === null ? value : { ...value, body: asBuffer(value.body) };
  if (value.kind === "look")
    return value.changedBody === null ? value : { ...value, changedBody: asBuffer(value.changedBody) };
  const given = job.kind === "parse" ? job.body : nothing;
  const body = value.changedBody === null ? given : asBuffer(value.changedBody);
  return { ...value, request: { ...value.request, body } };
}

function readFromThread(value: ReadElsewhere): ReadElsewhere {
  const { reading, withPlaceholders } = value;
  const kept = withPlaceholders === null ? null : asBuffer(withPlaceholders);
  return { ...value, reading: withBuffers(reading), withPlaceholders: kept };
}

function errorOf({ code, message, param, status, isFinal, stack }: ToldError): Error {
  if (code === null)
    return new Error("a job on a large body failed", { cause: Object.assign(new Error(message), { stack }) });
  return new GhostError(code, message, { status, isFinal, ...(param !== undefined && { param }) });
}

function withBuffer<Holder extends { readonly body: Buffer }>(holder: Holder): Holder {
  return { ...holder, body: asBuffer(holder.body) };
}

function withBuffers<Reading extends { readonly body: Buffer; readonly failure?: { readonly body: Buffer } }>(
  reading: Reading,
): Reading {
  const { failure } = reading;
  return { ...withBuffer(reading), ...(failure !== undefined && { failure: withBuffer(failure) }) };
}

/** What crosses between threads is a plain view of bytes. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Memory that holds nothing but these bytes, so that it can be handed over. */
function ownMemory({ buffer, byteLength }: Buffer): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
