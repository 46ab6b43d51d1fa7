// Passwords as bcrypt hashes. bcrypt ignores all bytes past the 72nd and stops at a zero byte,
// so it gets the base64 of the password's SHA-256.

import { createHash } from "node:crypto";
import { PasswordWork } from "./password-work.ts";

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Null is the hash of nobody: it takes as long, and is never right. */
  verify(password: string, hash: string | null): Promise<boolean>;
}

/** Twice the work with each: what one guess costs whoever has come by the hashes. */
const usualRounds = 12;

/** Threads of the process, which whoever has a password shares. */
const work = new PasswordWork();

export function createPasswords(rounds = usualRounds): Passwords {
  const decoyHash = makeDecoyHash(rounds);
  return {
    hash: async (password) => String(await work.run({ text: condense(password), hash: null, rounds })),
    async verify(password, hash) {
      const matches = await work.run({ text: condense(password), hash: hash ?? decoyHash, rounds });
      return matches === true && hash !== null;
    },
  };
}

/** Of no password that anybody has: compared with for unknown users, so that they take as long as known ones. */
function makeDecoyHash(rounds: number): string {
  return `$2b$${String(rounds).padStart(2, "0")}$C6UzMDM.H6dfI/f/IKcEeO7ZQ3h8vQ0pYyq1rB1n0O0o0W8n5nS5i`;
}

function condense(password: string): string {
  return createHash("sha256").update(password.normalize("NFKC"), "utf8").digest("base64");
}
