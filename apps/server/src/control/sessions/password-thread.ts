// bcrypt in a thread of its own: a password takes it a quarter of a second, which neither the event loop nor the pool of threads that
// files are written with may spend. Where the system can, it yields to all other threads of the server. Started by passwords.ts.

import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import bcrypt from "bcrypt";

/** The hash of a password that is to be compared, or the rounds of one that is to be made. */
export interface PasswordJob {
  readonly text: string;
  readonly hash: string | null;
  readonly rounds: number;
}

export interface PasswordAnswer {
  /** A hash, or whether the password is the one of the hash; null where bcrypt has thrown. */
  readonly result: string | boolean | null;
}

/** A third of what others get where all want the processors: somebody who signs in waits a little, and a request does not. */
const yielding = 5;

/** Linux has a priority for each thread, by the number that only the thread itself is told. */
function yieldToOthers(): void {
  try {
    setPriority(Number(readlinkSync("/proc/thread-self").split("/").at(-1)), yielding);
  } catch {
    // Other systems have no such number: there it is as important as the rest.
  }
}

function resultOf({ text, hash, rounds }: PasswordJob): string | boolean | null {
  try {
    return hash === null ? bcrypt.hashSync(text, rounds) : bcrypt.compareSync(text, hash);
  } catch {
    return null;
  }
}

yieldToOthers();
parentPort?.on("message", (job: PasswordJob) => {
  const answer: PasswordAnswer = { result: resultOf(job) };
  parentPort?.postMessage(answer);
});
