// What a vendor sends over a connection, as the lean client reads it, and what clients send, as our own server does.

import { compareRequests } from "../../apps/server/tests/plain-support/compare-requests.ts";
import { compareWithLlhttp } from "../../apps/server/tests/upstream-support/compare-with-llhttp.ts";
import { readAnswer } from "../../apps/server/tests/upstream-support/read-answer.ts";
import { cutAtRandom } from "../../packages/llm/src/testing/random.ts";
import type { Chance } from "../../packages/llm/src/testing/random.ts";
import { Broken, expectEqual } from "./expectations.ts";

export function checkHttp(bytes: Buffer, chance: Chance): void {
  const method = chance.pick(["GET", "GET", "GET", "HEAD"]);
  const whole = readAnswer({ method, pieces: [bytes] });
  const { end, ...inPieces } = readAnswer({ method, pieces: cutAtRandom(bytes, chance) });
  // What comes behind an answer by itself is another piece's, and what is wrong may be seen sooner.
  const isSame = end === whole.end || (whole.end !== "whole" && end !== "whole");
  if (!isSame) throw new Broken(`it is ${end} in pieces, and ${whole.end} as a whole`);
  if (whole.end === "whole") {
    const told = ({ status, headers, body }: typeof whole) => ({ status, headers, body });
    expectEqual("an answer in pieces", told({ ...inPieces, end }), told(whole));
  }
  const difference = compareWithLlhttp({ method, pieces: [bytes] });
  if (difference !== null) throw new Broken(difference);
}

export function checkPlainRequest(bytes: Buffer): void {
  const difference = compareRequests(bytes);
  if (difference !== null) throw new Broken(difference);
}
