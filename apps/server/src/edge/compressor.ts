// Makes plain answers smaller for clients that take it. Called by both planes with whole answers, never with streams.
// Invariant: the work is done by threads of their own, a bounded number at once, and what is too much is sent as it is.

import { promisify } from "node:util";
import { brotliCompress, constants, gzip, zstdCompress } from "node:zlib";
import type { CompressionSettings } from "#config/config.ts";
import { readAcceptEncoding } from "./accept-encoding.ts";
import type { Accepted, Coding } from "./accept-encoding.ts";
import type { RequestHead } from "./request-head.ts";

/** How an answer is to be sent: `as is` depends on nothing that the client says, `identity` on what this one says. */
export type Choice = Coding | "identity" | "as is";

/** Threads of the pool that other work needs as well, such as looking up hosts. */
const mostAtOnce = 2;
const mostWaiting = 32;
const mostRemembered = 200;

const compressible =
  /^(?:text\/(?!event-stream)[\w.+-]+|application\/(?:json|(?:x-)?javascript|xml|yaml|wasm|openmetrics-text)|[\w.-]+\/[\w.-]+\+(?:json|xml|yaml))\s*(?:;|$)/i;

/** What is kept and sent many times may take longer. */
export type Effort = "quick" | "thorough";

type Compress = (bytes: Buffer, effort: Effort) => Promise<Buffer>;

const [gzipAsync, brotliAsync, zstdAsync] = [promisify(gzip), promisify(brotliCompress), promisify(zstdCompress)];

const compressors: Readonly<Record<Coding, Compress>> = {
  gzip: (bytes, effort) => gzipAsync(bytes, { level: effort === "quick" ? 4 : 9 }),
  br: (bytes, effort) =>
    brotliAsync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: effort === "quick" ? 4 : 9,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  zstd: (bytes, effort) =>
    zstdAsync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: effort === "quick" ? 3 : 12 } }),
};

/** Null where nothing is compressed. */
export function createCompressor(settings: CompressionSettings): Compressor | null {
  return settings.isEnabled ? new Compressor(settings) : null;
}

export class Compressor {
  readonly #minBytes: number;
  /** Clients send the same few headers over and over. */
  readonly #accepted = new Map<string, Accepted>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ minBytes }: Pick<CompressionSettings, "minBytes">) {
    this.#minBytes = minBytes;
  }

  choose({ headers }: Pick<RequestHead, "headers">, contentType: unknown, bytes: number): Choice {
    const header = headers["accept-encoding"];
    // A small one is worth it for those alone who would not take it otherwise.
    if (bytes < this.#minBytes && (bytes === 0 || !isPicky(header))) return "as is";
    if (typeof contentType !== "string" || !compressible.test(contentType)) return "as is";
    if (typeof header !== "string") return "identity";
    const { coding, isIdentityRefused } = this.#read(header);
    if (bytes < this.#minBytes && !isIdentityRefused) return "as is";
    return coding ?? "identity";
  }

  /** Null where it is not to be had now, or becomes no smaller. Never rejects. */
  async compress(bytes: Buffer, coding: Coding, effort: Effort = "quick"): Promise<Buffer | null> {
    if (this.#running >= mostAtOnce) {
      if (this.#waiting.length >= mostWaiting) return null;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
    try {
      const compressed = await compressors[coding](bytes, effort);
      return compressed.length < bytes.length || bytes.length < this.#minBytes ? compressed : null;
    } catch {
      return null;
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  #read(header: string): Accepted {
    const known = this.#accepted.get(header);
    if (known !== undefined) return known;
    const accepted = readAcceptEncoding(header);
    if (this.#accepted.size >= mostRemembered) this.#accepted.clear();
    this.#accepted.set(header, accepted);
    return accepted;
  }
}

/** Refuses something; what, is read where that is so. */
function isPicky(header: string | string[] | undefined): boolean {
  return typeof header === "string" && header.includes("q=0");
}

/** What an answer says of the request's headers that it depends on. */
export function varyWith(vary: unknown, name: string): string {
  return typeof vary === "string" && vary !== "" ? `${vary}, ${name}` : name;
}
