import type { IncomingHttpHeaders } from "node:http";
import { promisify } from "node:util";
import { gunzip, zstdDecompress } from "node:zlib";
import { setImmediate as nextTurn } from "node:timers/promises";
import { GhostError } from "@ghostllm/contract";
import type { Awaitable } from "#domain/clock.ts";
import type { Hold } from "./held-bytes.ts";
import type { JsonBounds } from "@ghostllm/llm";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";
import { checkText } from "#gateway/heavy-work/jobs.ts";
import { bytesPerTurn } from "./request-body.ts";
import type { RequestBody } from "./request-body.ts";
import { GatheredBody } from "./gathered-body.ts";

export interface BodyLimits {
  /** After decompression; what comes compressed may not be larger either. */
  readonly maxBytes: number;
  /** Longest silence while the body arrives. */
  readonly idleMs: number;
  /** Most that a document of JSON may hold. */
  readonly values: number;
  /** A form may hold files, which are no text. */
  readonly takesForms?: boolean;
  /** Asked before anything is read. */
  readonly held: Hold;
}

/** As an exchange has it. */
export interface Upload {
  readonly request: { readonly headers: IncomingHttpHeaders };
  readonly body: RequestBody;
}

/** Deeper than any document means anything; the parser takes any depth. */
const deepest = 2 ** 17;

/**
 * The request body, decompressed. It is valid UTF-8, but for one that is so large that its reader must see to that, off the
 * event loop. Throws GhostError for a body that is too large, holds too much, is too slow, cut off, or not UTF-8.
 */
export async function readBody(upload: Upload, limits: BodyLimits): Promise<Buffer> {
  const { headers } = upload.request;
  const decompress = decompressorOf(headers);
  const isForm = limits.takesForms === true && /^multipart\//i.test(headers["content-type"] ?? "");
  const bounds = isForm ? null : { depth: deepest, values: limits.values };
  const received = await receive(upload, limits, decompress === null ? bounds : null);
  const body = decompress === null ? received : await gather(await inflate(decompress, received, limits), bounds);
  if (!isForm && body.length <= heavyBytes) checkText(body);
  return body;
}

function receive(
  { request: { headers }, body: upload }: Upload,
  { maxBytes, idleMs, held }: BodyLimits,
  bounds: JsonBounds | null,
): Awaitable<Buffer> {
  const expectedBytes = Number(headers["content-length"] ?? 0);
  if (expectedBytes > maxBytes) throw tooLarge(maxBytes);
  held.require(expectedBytes);
  const whole = upload.takeWhole();
  if (whole !== null) return whole;
  return new Promise((resolve, reject) => {
    const body = new GatheredBody({ expectedBytes, bounds });
    const timer = setTimeout(() => fail(new GhostError("request_timeout", "The request body stalled.")), idleMs);
    const fail = (error: GhostError): void => {
      clearTimeout(timer);
      upload.dropRest();
      reject(error);
    };
    const onData = (chunk: Buffer): void => {
      const bytes = body.bytes + chunk.length;
      if (bytes > maxBytes) return fail(tooLarge(maxBytes));
      const refusal = bytes > expectedBytes ? held.become(bytes) : null;
      if (refusal !== null) return fail(refusal);
      timer.refresh();
      const fault = body.add(chunk);
      if (fault !== null) fail(fault);
      else if (bytes > bytesPerTurn) upload.waitForTurn();
    };
    const onEnd = (): void => {
      clearTimeout(timer);
      resolve(body.whole());
    };
    const onCutOff = (): void => fail(new GhostError("invalid_request_error", "The request body was cut off."));
    upload.deliverTo({ onData, onEnd, onCutOff });
  });
}

function tooLarge(maxBytes: number): GhostError {
  return new GhostError("request_too_large", `The request body is larger than ${maxBytes} bytes.`);
}

interface InflateOptions {
  readonly maxOutputLength: number;
  /** Of the pieces in which it comes out. */
  readonly chunkSize: number;
}

type Decompress = (body: Buffer, options: InflateOptions) => Promise<Buffer>;

const decompressors: Readonly<Record<string, Decompress | null>> = {
  identity: null,
  gzip: promisify(gunzip),
  "x-gzip": promisify(gunzip),
  zstd: promisify(zstdDecompress),
};

function decompressorOf(headers: IncomingHttpHeaders): Decompress | null {
  const encoding = headers["content-encoding"];
  if (encoding === undefined) return null;
  const decompress = Object.hasOwn(decompressors, encoding.toLowerCase())
    ? decompressors[encoding.toLowerCase()]
    : undefined;
  if (decompress === undefined) {
    throw new GhostError("unsupported_encoding", `Content-Encoding '${encoding}' is not supported: use gzip or zstd.`);
  }
  return decompress;
}

/** How much larger a text becomes as a rule; what becomes larger than that is tried again with more room. */
const usualGrowth = 16;
const furtherGrowth = 4;
const leastInflatedBytes = 64 * 1024;

/** Room is asked for before it is used: hardly anything comes as large as it may be. */
async function inflate(decompress: Decompress, body: Buffer, { maxBytes, held }: BodyLimits): Promise<Buffer> {
  const usual = Math.max(leastInflatedBytes, body.length * usualGrowth);
  for (let most = Math.min(maxBytes, usual); ; most = Math.min(maxBytes, most * furtherGrowth)) {
    held.require(body.length + most);
    const inflated = await inflateUpTo(decompress, body, most);
    if (inflated === null && most < maxBytes) continue;
    if (inflated === null) throw tooLarge(maxBytes);
    held.become(inflated.length);
    return inflated;
  }
}

async function gather(inflated: Buffer, bounds: JsonBounds | null): Promise<Buffer> {
  if (inflated.length <= heavyBytes) return inflated;
  const gathered = new GatheredBody({ expectedBytes: inflated.length, bounds });
  for (let at = 0; at < inflated.length; at += sliceBytes) {
    const fault = gathered.add(inflated.subarray(at, at + sliceBytes));
    if (fault !== null) throw fault;
    await nextTurn();
  }
  return gathered.whole();
}

/** Of a large body, between which others have their turn. */
const sliceBytes = 512 * 1024;

/** Thousands of small pieces would leave the memory in pieces, too. */
const pieceBytes = { least: 64 * 1024, most: 2 ** 20 };

/** Null where there is more. */
async function inflateUpTo(decompress: Decompress, body: Buffer, maxOutputLength: number): Promise<Buffer | null> {
  try {
    const chunkSize = Math.min(pieceBytes.most, Math.max(pieceBytes.least, maxOutputLength));
    return await decompress(body, { maxOutputLength, chunkSize });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ERR_BUFFER_TOO_LARGE") return null;
    throw new GhostError("invalid_request_error", "The compressed request body could not be read.");
  }
}
