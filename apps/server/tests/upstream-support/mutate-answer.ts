import type { Chance } from "../../../../packages/llm/src/testing/random.ts";

/** What stands in heads and before chunks, and what has led parsers astray. */
const scraps = [
  ...[
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    "\n\n",
    " ",
    "\t",
    "\0",
    ":",
    ";",
    ",",
    '"',
    "\\",
    "0",
    "1",
    "5",
    "a",
    "F",
    "+",
    "-",
    "0x",
  ],
  ...["0\r\n\r\n", "5\r\nhello\r\n", ";a=b", ';a="b"', "Content-Length: 5\r\n", "Content-Length: 0\r\n", "\r\n folded"],
  ...[
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Connection: keep-alive\r\n",
    "chunked",
    "HTTP/1.0",
    "\xff",
  ],
  ...[
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL",
    "304",
    "204",
    "101",
    "HTTP/1.1 ",
  ],
].map((text) => Buffer.from(text, "latin1"));

type Change = (bytes: Buffer, at: number, chance: Chance) => readonly Buffer[];

const changes: readonly Change[] = [
  (bytes, at, chance) => [bytes.subarray(0, at), chance.pick(scraps), bytes.subarray(at)],
  (bytes, at, chance) => [bytes.subarray(0, at), chance.pick(scraps), bytes.subarray(at + 1)],
  (bytes, at, chance) => [bytes.subarray(0, at), bytes.subarray(at + 1 + chance.below(4))],
  (bytes, at, chance) => [bytes.subarray(0, at), Buffer.from([chance.below(256)]), bytes.subarray(at + 1)],
  (bytes, at, chance) => [bytes.subarray(0, at + chance.below(20)), bytes.subarray(at)],
  (bytes, at) => [bytes.subarray(0, at)],
];

/** One of the seeds, with a few changes, and sometimes with another behind it. */
export function mutateAnswer(seeds: readonly Buffer[], chance: Chance): Buffer {
  let bytes = chance.pick(seeds);
  if (chance.below(8) === 0) bytes = Buffer.concat([bytes, chance.pick(seeds)]);
  for (let left = chance.pick([0, 1, 1, 1, 2, 3]); left > 0; left -= 1)
    bytes = Buffer.concat(chance.pick(changes)(bytes, chance.below(bytes.length + 1), chance));
  return bytes;
}
