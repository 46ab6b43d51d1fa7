// What an answer is kept as until its request comes again. It may hold a secret that is shown once, so it opens only with the key that the
// client has made up, of which the database has a hash: whoever has the database and the key that seals it cannot read it.

import { createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { decrypt, encrypt } from "#control/encryption/envelope.ts";
import type { Encryption } from "#control/encryption/encryption.ts";
import { Secret } from "#domain/secret.ts";

/** Of the row, for the key of this server. */
export function repeatBinding(keyHash: string): string {
  return `idempotency key ${keyHash}`;
}

export function hashOf(caller: string, key: string): string {
  return createHash("sha256")
    .update(JSON.stringify([caller, key]))
    .digest("hex");
}

export class AnswerSeal {
  readonly #secret: Buffer;
  readonly #binding: string;

  private constructor(own: Secret, key: string, keyHash: string) {
    this.#binding = repeatBinding(keyHash);
    this.#secret = Buffer.from(hkdfSync("sha256", own.reveal(), key, this.#binding, 32));
  }

  /** Answers also what opens it again, with the same key. */
  static async make(encryption: Encryption, key: string, keyHash: string) {
    const own = new Secret(randomBytes(32).toString("base64url"));
    const sealed = await encryption.seal(own, repeatBinding(keyHash));
    return { seal: new AnswerSeal(own, key, keyHash), sealed };
  }

  /** Rejects with an UnsealError. */
  static async open(encryption: Encryption, sealed: string, key: string, keyHash: string): Promise<AnswerSeal> {
    return new AnswerSeal(await encryption.open(sealed, repeatBinding(keyHash)), key, keyHash);
  }

  /** Of a request, which may hold a password. */
  fingerprint(request: string): string {
    return createHmac("sha256", this.#secret).update(request).digest("hex");
  }

  close(answer: string): string {
    return encrypt(Buffer.from(answer, "utf8"), this.#secret, this.#binding).toString("base64url");
  }

  open(sealed: string): string {
    return decrypt(Buffer.from(sealed, "base64url"), this.#secret, this.#binding).toString("utf8");
  }
}
