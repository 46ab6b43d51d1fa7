// Where the master key comes from: 32 bytes, a passphrase, or a file that is made at the first start.

import { createHash, randomBytes, scrypt } from "node:crypto";
import type { Secret } from "#domain/secret.ts";

export interface MasterKey {
  /** The hint that new envelopes carry. */
  readonly hint: string;
  /** For people. */
  readonly name: string;
  /** May an envelope with this hint be its own? */
  knows(hint: string): boolean;
  /** The key for an envelope with this hint; null where it was sealed with another one. */
  keyFor(hint: string): Promise<Buffer | null>;
}

const keyBytes = 32;
const saltBytes = 16;
const shortestPassphrase = 16;
const scryptCost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** Throws where the text is neither a key nor a passphrase that is long enough. */
export function parseMasterKey(given: Secret): MasterKey {
  const text = given.reveal().trim();
  const bytes = decodeKey(text);
  if (bytes !== null) return fixedKey(bytes);
  if (text.length >= shortestPassphrase) return passphraseKey(text);
  throw new Error(
    `ENCRYPTION_KEY must be 32 bytes as hex or base64, or a passphrase of at least ${shortestPassphrase} characters`,
  );
}

export function newKeyText(): string {
  return randomBytes(keyBytes).toString("hex");
}

function decodeKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, "hex");
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return null;
  const bytes = Buffer.from(text, "base64");
  return bytes.length === keyBytes ? bytes : null;
}

function fixedKey(key: Buffer): MasterKey {
  const hint = `k${createHash("sha256").update("ghostllm key hint").update(key).digest("hex").slice(0, 12)}`;
  const knows = (asked: string): boolean => asked === hint;
  return { hint, name: hint, knows, keyFor: async (asked) => (knows(asked) ? key : null) };
}

/** Each process seals with a salt of its own, which the envelope carries: no salt has to be shared beforehand. */
function passphraseKey(passphrase: string): MasterKey {
  const derived = new Map<string, Promise<Buffer>>();
  const derive = (salt: string): Promise<Buffer> => {
    const known = derived.get(salt);
    if (known !== undefined) return known;
    const deriving = deriveKey(passphrase, Buffer.from(salt, "hex"));
    derived.set(salt, deriving);
    return deriving;
  };
  const knows = (hint: string): boolean => /^p[0-9a-f]{32}$/.test(hint);
  return {
    hint: `p${randomBytes(saltBytes).toString("hex")}`,
    name: "passphrase",
    knows,
    keyFor: async (hint) => (knows(hint) ? await derive(hint.slice(1)) : null),
  };
}

function deriveKey(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFKC"), salt, keyBytes, scryptCost, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
