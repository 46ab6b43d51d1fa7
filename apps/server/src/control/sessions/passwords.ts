// Passwords as bcrypt hashes. bcrypt ignores all bytes past the 72nd and stops at a zero byte,
// so it gets the base64 of the password's SHA-256.

import { createHash } from "node:crypto";
import { PasswordWork } from "./password-work.ts";

const rounds = 12;

/** Of no password that anybody has: compared with for unknown users, so that they take as long as known ones. */
const decoyHash = "$2b$12$C6UzMDM.H6dfI/f/IKcEeO7ZQ3h8vQ0pYyq1rB1n0O0o0W8n5nS5i";

/** Threads of the process, which whoever has a password shares. */
const work = new PasswordWork();

export async function hashPassword(password: string): Promise<string> {
  return String(await work.run({ text: condense(password), hash: null, rounds }));
}

export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const matches = await work.run({ text: condense(password), hash: hash ?? decoyHash, rounds });
  return matches === true && hash !== null;
}

function condense(password: string): string {
  return createHash("sha256").update(password.normalize("NFKC"), "utf8").digest("base64");
}
