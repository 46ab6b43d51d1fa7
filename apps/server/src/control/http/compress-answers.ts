// Compresses what the control plane answers. Files are compressed once and kept, since many ask for the same few.

import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Coding } from "#edge/accept-encoding.ts";
import { varyWith } from "#edge/compressor.ts";
import type { Compressor } from "#edge/compressor.ts";

/** A larger file is sent as it is. */
const mostFileBytes = 8 * 2 ** 20;
const mostKeptBytes = 16 * 2 ** 20;

export function compressAnswers(app: FastifyInstance, compressor: Compressor): void {
  const files = new CompressedFiles(compressor);
  app.addHook("onSend", async (request, reply, payload) => {
    const bytes = lengthOf(reply, payload);
    // Of what was sent when it changed last.
    if (reply.statusCode === 304) varyByEncoding(reply);
    if (reply.statusCode !== 200 && reply.statusCode < 400) return payload;
    if (bytes === null || reply.hasHeader("content-encoding") || isUnchangeable(reply)) return payload;
    const choice = compressor.choose(request.raw, reply.getHeader("content-type"), bytes);
    if (choice === "as is") return payload;
    varyByEncoding(reply);
    if (choice === "identity") return payload;
    if (request.method === "HEAD") {
      // How long the answer to GET would be, is not known without making it. Fastify measures all but streams.
      reply.removeHeader("content-length");
      return typeof payload === "string" || Buffer.isBuffer(payload) ? Readable.from([]) : payload;
    }
    return compressPayload({ request, reply, compressor, files, coding: choice }, payload);
  });
}

function varyByEncoding(reply: FastifyReply): void {
  reply.header("vary", varyWith(reply.raw.getHeader("vary"), "Accept-Encoding"));
}

/** Null where it is not known. */
function lengthOf(reply: FastifyReply, payload: unknown): number | null {
  if (typeof payload === "string" || Buffer.isBuffer(payload)) return Buffer.byteLength(payload);
  const told = Number(reply.getHeader("content-length") ?? NaN);
  return Number.isFinite(told) && told <= mostFileBytes ? told : null;
}

function isUnchangeable(reply: FastifyReply): boolean {
  return /\bno-transform\b/.test(textOf(reply.getHeader("cache-control")) ?? "");
}

function textOf(header: unknown): string | undefined {
  return typeof header === "string" ? header : undefined;
}

interface Compression {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly compressor: Compressor;
  readonly files: CompressedFiles;
  readonly coding: Coding;
}

/** What is sent in place of the payload; the payload itself where it is none that can be compressed. */
async function compressPayload(parts: Compression, payload: unknown): Promise<unknown> {
  const { request, reply, compressor, files, coding } = parts;
  const etag = textOf(reply.getHeader("etag"));
  if (isFile(payload)) {
    const [path = ""] = request.url.split("?", 1);
    const { plain, compressed } = await files.read(`${path} ${etag} ${coding}`, payload, coding);
    return compressed === null ? plain : markCompressed(parts, etag, compressed);
  }
  if (typeof payload !== "string" && !Buffer.isBuffer(payload)) return payload;
  const compressed = await compressor.compress(typeof payload === "string" ? Buffer.from(payload) : payload, coding);
  return compressed === null ? payload : markCompressed(parts, etag, compressed);
}

function markCompressed({ reply, coding }: Compression, etag: string | undefined, compressed: Buffer): Buffer {
  reply.header("content-encoding", coding).header("content-length", compressed.length).removeHeader("accept-ranges");
  // Of the same meaning, but no longer of the same bytes.
  if (etag !== undefined && !etag.startsWith("W/")) reply.header("etag", `W/${etag}`);
  return compressed;
}

function isFile(payload: unknown): payload is Readable {
  return payload instanceof Readable;
}

interface ReadFile {
  /** Empty where the file has been compressed before. */
  readonly plain: Buffer;
  readonly compressed: Buffer | null;
}

/** Files as they were compressed, by what names one and its content; those that were not asked for the longest go first. */
class CompressedFiles {
  readonly #compressor: Compressor;
  readonly #kept = new Map<string, Buffer>();
  #bytes = 0;

  constructor(compressor: Compressor) {
    this.#compressor = compressor;
  }

  async read(name: string, file: Readable, coding: Coding): Promise<ReadFile> {
    const known = this.#kept.get(name);
    if (known !== undefined) {
      file.destroy();
      this.#kept.delete(name);
      this.#kept.set(name, known);
      return { plain: Buffer.alloc(0), compressed: known };
    }
    const plain = await buffer(file);
    const compressed = await this.#compressor.compress(plain, coding, "thorough");
    if (compressed !== null) this.#keep(name, compressed);
    return { plain, compressed };
  }

  #keep(name: string, compressed: Buffer): void {
    this.#bytes += compressed.length - (this.#kept.get(name)?.length ?? 0);
    this.#kept.set(name, compressed);
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= mostKeptBytes) return;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
  }
}
