// The parts of a backup: pieces of some megabytes, each compressed, sealed and written by itself, so that no more of a backup than a few
// of them is in memory, and a bucket needs no uploads of several parts.

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import type { Part } from "./manifest.ts";
import type { Place } from "./place.ts";
import type { Sealer } from "./seal.ts";

const compress = promisify(zstdCompress);

/** Before it is compressed. */
const partBytes = 4 * 2 ** 20;
/** Being compressed, sealed and written while the next one is gathered. */
const mostUnderWay = 2;

export interface PartWriterOptions {
  readonly place: Place;
  /** Of the backup, in the place. */
  readonly folder: string;
  readonly sealer: Pick<Sealer, "seal">;
}

export class PartWriter {
  readonly #options: PartWriterOptions;
  readonly #parts: Part[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #count = 0;
  #failure: Error | null = null;

  constructor(options: PartWriterOptions) {
    this.#options = options;
  }

  /** Resolves when there is room for another. Rejects where one before could not be written. */
  async write(of: Part["of"], lines: number, plain: Uint8Array): Promise<void> {
    this.#count += 1;
    const file = `${String(this.#count).padStart(6, "0")}.age`;
    const writing = this.#write({ file, of, lines }, plain)
      .catch((error: unknown) => void (this.#failure ??= error instanceof Error ? error : new Error(String(error))))
      .finally(() => this.#underWay.delete(writing));
    this.#underWay.add(writing);
    while (this.#underWay.size >= mostUnderWay) await Promise.race(this.#underWay);
    this.#requireNoFailure();
  }

  async end(): Promise<readonly Part[]> {
    await Promise.all(this.#underWay);
    this.#requireNoFailure();
    return this.#parts.toSorted((one, other) => (one.file < other.file ? -1 : 1));
  }

  #requireNoFailure(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  async #write(part: Pick<Part, "file" | "of" | "lines">, plain: Uint8Array): Promise<void> {
    const { place, folder, sealer } = this.#options;
    const sealed = await sealer.seal(await compress(plain));
    await place.write(`${folder}/${part.file}`, sealed);
    const sha256 = createHash("sha256").update(sealed).digest("hex");
    this.#parts.push({ ...part, bytes: sealed.length, sha256 });
  }
}

/** Gathers lines until they are worth a part. */
export class LinesWriter {
  readonly #writer: PartWriter;
  readonly #of: Part["of"];
  #texts: Buffer[] = [];
  #bytes = 0;
  #lines = 0;

  constructor(writer: PartWriter, of: Part["of"]) {
    this.#writer = writer;
    this.#of = of;
  }

  /** Whole lines with their ends. */
  async add(text: Buffer, lines: number): Promise<void> {
    this.#texts.push(text);
    this.#bytes += text.length;
    this.#lines += lines;
    if (this.#bytes >= partBytes) await this.end();
  }

  async end(): Promise<void> {
    if (this.#lines === 0) return;
    const [plain, lines] = [Buffer.concat(this.#texts), this.#lines];
    this.#texts = [];
    this.#bytes = 0;
    this.#lines = 0;
    await this.#writer.write(this.#of, lines, plain);
  }
}
