// Answers that are sent as they are read, however long they are: no more of them is in memory than a page and what the client has not taken.

import { Readable } from "node:stream";
import type { ControlLog } from "#control/control-log.ts";

/** What the database may take for a page. */
export const pageMs = 10_000;

/** What has begun cannot be answered with an error: it is cut. */
export function streamed({ log }: { readonly log: ControlLog }, what: string, pieces: AsyncIterable<string>): Readable {
  const stream = Readable.from(pieces, { objectMode: false, highWaterMark: 64 * 1024 });
  stream.on("error", (error) => log.error({ err: error }, `An export of ${what} was cut`));
  return stream;
}
