// Answers that are sent as they are read, however long they are: no more of them is in memory than a page and what the client has not taken.

import { Readable } from "node:stream";
import type { ControlLog } from "#control/control-log.ts";
import type { Store } from "#control/store/store.ts";

/** What the database may take for a page. The first one is waited for within the patience of the request. */
export const pageMs = 10_000;

/**
 * What cannot be begun is refused as any other request: an answer begins when its first page has been read. What has begun
 * cannot be answered with an error: it is cut.
 */
export async function streamed(
  { store, log }: { readonly store: Pick<Store, "wait">; readonly log: ControlLog },
  what: string,
  pages: AsyncGenerator<string>,
): Promise<Readable> {
  const stream = Readable.from(begunWith(await store.wait(pages.next()), pages), {
    objectMode: false,
    highWaterMark: 64 * 1024,
  });
  stream.on("error", (error) => log.error({ err: error }, `An export of ${what} was cut`));
  return stream;
}

async function* begunWith(
  first: IteratorResult<string, unknown>,
  rest: AsyncGenerator<string>,
): AsyncGenerator<string> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}
