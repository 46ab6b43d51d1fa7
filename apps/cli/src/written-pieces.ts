// An export to a file that nobody else may read, or to the standard output, as it comes.

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Streams } from "./context.ts";

export async function writePieces(
  pieces: AsyncIterable<string>,
  { writeOut }: Pick<Streams, "writeOut">,
  path: string | undefined,
): Promise<void> {
  if (path !== undefined) return writeTo(path, pieces);
  for await (const piece of pieces) writeOut(piece);
}

async function writeTo(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const file = createWriteStream(path, { mode: 0o600 });
  await once(file, "open");
  for await (const piece of pieces) if (!file.write(piece)) await once(file, "drain");
  file.end();
  await once(file, "close");
}
