import type { Observer } from "./relay.ts";

/** What is kept of an answer at most. */
const maxBytes = 256 * 1024;

/** Part of what came of an answer, kept to estimate its tokens should no usage be told. */
export class Evidence implements Observer {
  readonly #kept: Buffer[] = [];
  keptBytes = 0;
  totalBytes = 0;

  add(frames: Buffer): void {
    this.totalBytes += frames.length;
    if (this.keptBytes >= maxBytes) return;
    const kept = frames.subarray(0, maxBytes - this.keptBytes);
    this.#kept.push(kept);
    this.keptBytes += kept.length;
  }

  text(): string {
    return this.textFrom(0);
  }

  /** Without the first pieces of it. */
  textFrom(piece: number): string {
    return Buffer.concat(this.#kept.slice(piece)).toString("utf8");
  }

  /** In which it came: as a rule of whole events each. */
  get pieces(): number {
    return this.#kept.length;
  }

  /** By how much the whole was larger than what was kept. */
  get scale(): number {
    return this.keptBytes === 0 ? 1 : this.totalBytes / this.keptBytes;
  }
}
