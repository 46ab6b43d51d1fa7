// Answers that are sent as they are read, however long they are: no more of them is in memory than a page and what the client has not taken.

import { Readable } from "node:stream";
import type { ControlLog } from "#control/control-log.ts";

/** What the database may take for a page. */
export const pageMs = 10_000;

/** Of a table the first piece is its heading: only the next one is asked of the database. */
const piecesBefore = 2;

/**
 * What cannot be begun is refused as any other request: an answer begins when its first page has been read. What has begun
 * cannot be answered with an error: it is cut.
 */
export async function streamed(
  { log }: { readonly log: ControlLog },
  what: string,
  pieces: AsyncIterable<string>,
): Promise<Readable> {
  const iterator = pieces[Symbol.asyncIterator]();
  const begun: IteratorResult<string, unknown>[] = [];
  while (begun.length < piecesBefore && begun.at(-1)?.done !== true) begun.push(await iterator.next());
  const stream = Readable.from(wholeOf(begun, iterator), { objectMode: false, highWaterMark: 64 * 1024 });
  stream.on("error", (error) => log.error({ err: error }, `An export of ${what} was cut`));
  return stream;
}

async function* wholeOf(
  begun: readonly IteratorResult<string, unknown>[],
  rest: AsyncIterator<string, unknown>,
): AsyncGenerator<string> {
  try {
    for (const one of begun) {
      if (one.done === true) return;
      yield one.value;
    }
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
