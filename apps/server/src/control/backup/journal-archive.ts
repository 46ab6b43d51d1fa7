// What the ledger has stored, kept once more until it lies where backups are: so that usage can be restored up to any moment. Called by
// the ledger and by a timer. Invariant: lines are in a file here before they leave the journal; a file goes when it was archived, and
// one that is given up leaves a gap in the numbers.

import { mkdir, open, readdir, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { ControlLog } from "#control/control-log.ts";
import type { BackupJobs } from "./backup-threads.ts";
import type { PlaceSettings } from "./place.ts";
import type { Lock } from "./seal.ts";

export interface ArchiveOptions {
  readonly directory: string;
  readonly installation: string;
  readonly place: PlaceSettings;
  readonly lock: Lock;
  readonly jobs: BackupJobs;
  readonly now: () => number;
  readonly log: Pick<ControlLog, "warn" | "error">;
  /** More is not kept while the place cannot be reached. */
  readonly mostBytes?: number;
}

interface Piece {
  readonly number: number;
  readonly path: string;
  bytes: number;
}

const usualMostBytes = 2 ** 30;
const pattern = /^(\d{12})\.jsonl$/;

export class JournalArchive {
  readonly #options: ArchiveOptions;
  readonly #closed: Piece[];
  #current: Piece;
  #file: FileHandle;
  #lastTask: Promise<unknown> = Promise.resolve();
  #isFailing = false;
  #hasLost = false;
  /** Epoch ms: what was stored before lies in the place. */
  archivedUpTo: number | null = null;

  private constructor(options: ArchiveOptions, closed: Piece[], current: Piece, file: FileHandle) {
    this.#options = options;
    this.#closed = closed;
    this.#current = current;
    this.#file = file;
  }

  /** Goes on behind what an earlier process has left. */
  static async open(options: ArchiveOptions): Promise<JournalArchive> {
    const { directory } = options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const left: Piece[] = [];
    for (const name of (await readdir(directory)).toSorted()) {
      const number = pattern.exec(name)?.[1];
      if (number === undefined) continue;
      const path = join(directory, name);
      left.push({ number: Number(number), path, bytes: (await stat(path)).size });
    }
    // The last one is there even where it is empty, which is how its number is known.
    const current = left.pop() ?? pieceOf(directory, 1);
    return new JournalArchive(options, left, current, await openToAppend(current.path));
  }

  get pendingBytes(): number {
    return this.#closed.reduce((sum, { bytes }) => sum + bytes, this.#current.bytes);
  }

  /** Whole lines with their ends. Never rejects: what cannot be kept here must not keep the ledger. */
  append(lines: Buffer): Promise<void> {
    return this.#inTurn(async () => {
      await this.#file.appendFile(lines);
      this.#current.bytes += lines.length;
    }).catch((error: unknown) => this.#lose(error));
  }

  /** Sends what there is. Never rejects: what cannot be sent is tried again the next time. */
  async ship(): Promise<void> {
    const closedAt = this.#options.now();
    try {
      await this.#inTurn(() => this.#close());
      for (let piece = this.#closed[0]; piece !== undefined; piece = this.#closed[0]) await this.#send(piece, closedAt);
      this.archivedUpTo = closedAt;
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing)
        this.#options.log.warn({ err: error }, "The journal cannot be archived; that is tried again");
      this.#isFailing = true;
      await this.#makeRoom();
    }
  }

  /** What is left is sent after the next start. */
  async close(): Promise<void> {
    await this.#inTurn(() => this.#file.close());
  }

  async #send({ number, path }: Piece, closedAt: number): Promise<void> {
    const { jobs, place, lock, installation } = this.#options;
    await jobs.run({ kind: "piece", path, number, closedAt, installation, place, lock });
    await rm(path, { force: true });
    this.#closed.shift();
  }

  async #close(): Promise<void> {
    if (this.#current.bytes === 0) return;
    // That a number is missing shows that something is.
    const next = pieceOf(this.#options.directory, this.#current.number + (this.#hasLost ? 2 : 1));
    this.#hasLost = false;
    const file = await openToAppend(next.path);
    await this.#file.sync();
    await this.#file.close();
    this.#closed.push(this.#current);
    this.#current = next;
    this.#file = file;
  }

  /** A full disk must not be this one's fault. */
  async #makeRoom(): Promise<void> {
    const { mostBytes = usualMostBytes, log } = this.#options;
    while (this.pendingBytes > mostBytes) {
      const oldest = this.#closed.shift();
      if (oldest === undefined) return;
      await rm(oldest.path, { force: true });
      log.error(
        { piece: oldest.number },
        "A piece of the journal was not archived in time and is given up: the archive has a gap",
      );
    }
  }

  #lose(error: unknown): void {
    this.#options.log.error({ err: error }, "Lines of the journal cannot be archived: the archive has a gap");
    this.#hasLost = true;
  }

  #inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const done = this.#lastTask.then(task);
    this.#lastTask = done.catch(() => undefined);
    return done;
  }
}

function pieceOf(directory: string, number: number): Piece {
  return { number, path: join(directory, `${String(number).padStart(12, "0")}.jsonl`), bytes: 0 };
}

function openToAppend(path: string): Promise<FileHandle> {
  return open(path, "a", 0o600);
}
