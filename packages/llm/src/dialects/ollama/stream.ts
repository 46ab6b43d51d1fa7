import type { StreamTap } from "#dialects/dialect.ts";
import type { Usage } from "#hub.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import { eachLine, LineCutter } from "#wire/lines.ts";
import { readError } from "./answer.ts";
import { readUsage } from "./usage.ts";

/** A larger line carries an image and is passed in parts. */
const maxHeldBytes = 4 * 1024 * 1024;

/**
 * Reads usage, end and failure of a stream that passes, and parses no more of its lines than those that tell of them. A
 * string within JSON cannot hold these words in plain quotes, so that none is missed.
 */
export class LineStreamTap implements StreamTap {
  readonly isEventStream = true;
  usage: Usage | null = null;
  ended = false;
  failure: string | null = null;
  readonly #cutter = new LineCutter(maxHeldBytes);

  push(chunk: Buffer): Buffer | null {
    const lines = this.#cutter.push(chunk);
    return lines === null ? null : this.#inspect(lines);
  }

  flush(): Buffer | null {
    const rest = this.#cutter.flush();
    return rest === null ? null : this.#inspect(rest);
  }

  #inspect(lines: Buffer): Buffer {
    if (mayMatter(lines)) for (const line of eachLine(lines)) if (mayMatter(line)) this.#readLine(line);
    return lines;
  }

  #readLine(bytes: Buffer): void {
    // What follows the end is of another answer.
    if (this.ended) return;
    const text = bytes.toString("utf8");
    const line = parseJson(text);
    this.usage = readUsage(line) ?? this.usage;
    if (memberOf(line, "done") === true) this.ended = true;
    if (memberOf(line, "error")) this.failure ??= readError(text).message ?? "error within the stream";
  }
}

function mayMatter(bytes: Buffer): boolean {
  return bytes.includes('"error"') || isDone(bytes);
}

/** Every line says whether it is the last. */
function isDone(bytes: Buffer): boolean {
  for (let at = bytes.indexOf('"done"'); at >= 0; at = bytes.indexOf('"done"', at + 6)) {
    if (!/^\s*:\s*false/.test(bytes.toString("latin1", at + 6, at + 20))) return true;
  }
  return false;
}
