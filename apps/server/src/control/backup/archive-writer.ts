// Pieces of the journal, sealed and put where backups are. Called by backup-thread.ts.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { zstdCompress } from "node:zlib";
import { keyFileOf, pieceFile } from "./archive-names.ts";
import { openPlace } from "./open-place.ts";
import type { Place } from "./place.ts";
import { createSealer, type Sealer } from "./seal.ts";
import type { PieceJob } from "./thread-jobs.ts";

const compress = promisify(zstdCompress);

interface Opened {
  readonly place: Place;
  /** By which its key file is named. */
  readonly key: string;
  readonly sealer: Sealer;
}

export class PieceWriter {
  /** A key is made for as long as this thread lives: with a passphrase that takes a second. */
  #opened: Promise<Opened> | null = null;

  async write(job: PieceJob): Promise<void> {
    this.#opened ??= open(job);
    const { place, key, sealer } = await this.#opened.catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    const sealed = await sealer.seal(await compress(await readFile(job.path)));
    await place.write(pieceFile({ ...job, key }), sealed);
  }
}

async function open({ place: settings, lock, installation }: PieceJob): Promise<Opened> {
  const place = await openPlace(settings);
  const [key, sealer] = [randomBytes(6).toString("hex"), await createSealer(lock)];
  await place.write(keyFileOf(installation, key), sealer.key);
  return { place, key, sealer };
}
