import { createHash, timingSafeEqual } from "node:crypto";
import type { Secret } from "./secret.ts";

/** Secrets of which one opens a door. */
export class SecretSet {
  readonly #digests: readonly Buffer[];

  constructor(secrets: readonly Secret[]) {
    this.#digests = secrets.map((secret) => digest(secret.reveal()));
  }

  /** Looks at all of them, so that the time it takes does not tell which one was nearly right. */
  has(text: string): boolean {
    const given = digest(text);
    return this.#digests.map((known) => timingSafeEqual(known, given)).includes(true);
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
