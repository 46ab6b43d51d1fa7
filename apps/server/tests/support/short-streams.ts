// Recorded streams that are short enough to be written in small pieces, each of which is a write of its own. All others come in
// pieces as well where `npm run replay` reads every recording.

import type { CorpusRecord } from "../../../../tests/support/corpus.ts";

/** The shortest of them, in so many pieces together, and one in any case. */
export function shortStreams(
  records: readonly CorpusRecord[],
  writeBytes: number,
  mostPieces: number,
): readonly CorpusRecord[] {
  const lengthOf = ({ response_text: text = "" }: CorpusRecord): number => text.length;
  const streams = records.filter((record) => record.status === 200 && lengthOf(record) > 0);
  let left = mostPieces * writeBytes;
  return streams
    .toSorted((a, b) => lengthOf(a) - lengthOf(b))
    .filter((record, at) => (left -= lengthOf(record)) >= 0 || at === 0);
}
