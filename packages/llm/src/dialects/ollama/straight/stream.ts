import type { GhostError } from "@ghostllm/contract";
import type { StreamFailure } from "#dialects/errors/vendor-error.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import { failureOf } from "#dialects/errors/vendor-error.ts";
import type { Usage } from "#hub.ts";
import { FrameScanner } from "#wire/frame-scan.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import { eachLine, LineCutter } from "#wire/lines.ts";
import { messageOf } from "#dialects/ollama/answer-message.ts";
import { encodeStreamError, readError } from "#dialects/ollama/errors.ts";
import { readUsage } from "#dialects/ollama/usage.ts";

/** A larger line carries an image and is passed in parts. */
const maxHeldBytes = 4 * 1024 * 1024;

/** Every line says whether it is the last. */
const scanner = new FrameScanner([{ word: "error" }, { word: "done", unless: "false" }], false);

/** Reads usage, end and failure of a stream that passes, and parses no more of its lines than those that tell of them. */
export class LineStreamTap implements StreamTap {
  readonly isEventStream = true;
  usage: Usage | null = null;
  ended = false;
  failure: StreamFailure | null = null;
  hasTold = false;
  readonly #cutter = new LineCutter(maxHeldBytes);

  /** Only the last line tells that an answer has ended. */
  get isWhole(): boolean {
    return this.ended;
  }

  push(chunk: Buffer): Buffer | null {
    const lines = this.#cutter.push(chunk);
    return lines === null ? null : this.#pass(lines);
  }

  flush(isCut = false): Buffer | null {
    const rest = this.#cutter.flush();
    if (rest === null || isCut) return null;
    if (rest.at(-1) === lineFeed) return this.#pass(rest);
    // Half a line is of no use to anybody.
    return parseJson(rest.toString("utf8")) === undefined
      ? null
      : this.#pass(Buffer.concat([rest, Buffer.of(lineFeed)]));
  }

  fail(error: GhostError): Buffer {
    return Buffer.from(encodeStreamError(error));
  }

  #pass(lines: Buffer): Buffer | null {
    if (this.failure !== null) return null;
    const passed = isPlain(lines) ? lines : this.#readEach(lines);
    if (passed !== null && !this.hasTold) this.hasTold = Array.from(eachLine(passed)).some(tells);
    return passed;
  }

  #readEach(lines: Buffer): Buffer | null {
    const passed: Buffer[] = [];
    for (const line of eachLine(lines)) {
      // What follows the end is of another answer.
      if (!this.ended) this.#readLine(line);
      if (this.failure !== null) break;
      if (!isEmpty(line)) passed.push(line);
    }
    return passed.length === 0 ? null : Buffer.concat(passed);
  }

  #readLine(bytes: Buffer): void {
    if ((scanner.scan(bytes) & 1) === 0) return;
    const text = bytes.toString("utf8");
    const line = parseJson(text);
    this.usage = readUsage(line) ?? this.usage;
    if (memberOf(line, "done") === true) this.ended = true;
    if (memberOf(line, "error")) this.failure = failureOf(readError(text));
  }
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** No word matters, and no line is empty: Python's client reads none. */
function isPlain(lines: Buffer): boolean {
  if ((scanner.scan(lines) & 1) !== 0 || isEmpty(lines)) return false;
  return lines.indexOf(lineFeed) === lines.length - 1 || (!lines.includes("\n\n") && !lines.includes("\n\r\n"));
}

function isEmpty(line: Buffer): boolean {
  return line[0] === lineFeed || (line[0] === carriageReturn && line[1] === lineFeed);
}

/** Does a line tell more than that an answer has begun? */
function tells(bytes: Buffer): boolean {
  const line = parseJson(bytes.toString("utf8"));
  if (!isObject(line) || line["done"] === true) return true;
  return Object.entries(messageOf(line) ?? {}).some(([field, value]) => field !== "role" && isTold(value));
}

function isTold(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== "";
}
