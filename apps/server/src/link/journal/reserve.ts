// Disk space kept back for requests that are being answered when the disk becomes full: their vendors have been paid.

import { unlinkSync } from "node:fs";
import { rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export const usualReserveBytes = 4 * 2 ** 20;

export class Reserve {
  readonly #path: string;
  readonly #bytes: number;
  #isFilled = false;

  constructor(directory: string, bytes: number) {
    this.#path = join(directory, "reserve");
    this.#bytes = bytes;
  }

  get isFilled(): boolean {
    return this.#isFilled;
  }

  /** Takes the space, written out in full: a sparse file would reserve nothing. Rejects when the disk has too little. */
  async fill(): Promise<void> {
    const present = await stat(this.#path).catch(() => null);
    if (present?.size !== this.#bytes) await this.#write();
    this.#isFilled = true;
  }

  /** Takes the space anew, which also shows that the disk can be written to. */
  async refill(): Promise<void> {
    this.#isFilled = false;
    await rm(this.#path, { force: true });
    await this.fill();
  }

  /** Gives the space back to the disk. Answers false when it was given already. */
  spend(): boolean {
    if (!this.#isFilled) return false;
    this.#isFilled = false;
    unlinkSync(this.#path);
    return true;
  }

  async #write(): Promise<void> {
    // Asked first, so as not to take the last bytes from the records that are still being written.
    const { bavail, bsize } = await statfs(dirname(this.#path));
    if (bavail * bsize < 2 * this.#bytes) throw new Error(`the disk has only ${bavail * bsize} bytes left`);
    const unfinished = `${this.#path}.new`;
    try {
      await writeFile(unfinished, Buffer.alloc(this.#bytes, "GhostLLM "), { flush: true, mode: 0o600 });
      await rename(unfinished, this.#path);
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
  }
}
