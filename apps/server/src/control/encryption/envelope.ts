// The sealed text of one secret: a data key of its own, wrapped by another key, and the secret under it by AES-256-GCM.
// `v1.<hint of the wrapping key>.<wrapped data key>.<iv, ciphertext, tag>`, the last two in base64url.

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { WrappedKey } from "./wrapping-key.ts";

const version = "v1";
const cipher = "aes-256-gcm";
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

export interface Envelope {
  readonly wrappedKey: WrappedKey;
  /** Under the data key. */
  readonly sealed: Buffer;
}

export function newDataKey(): Buffer {
  return randomBytes(keyBytes);
}

export function writeEnvelope({ wrappedKey, sealed }: Envelope): string {
  return [version, wrappedKey.hint, wrappedKey.bytes.toString("base64url"), sealed.toString("base64url")].join(".");
}

export function parseEnvelope(text: string): Envelope | null {
  const [found, hint, bytes, sealed, ...rest] = text.split(".");
  if (found !== version || hint === undefined || bytes === undefined || sealed === undefined) return null;
  if (rest.length > 0) return null;
  return { wrappedKey: { hint, bytes: Buffer.from(bytes, "base64url") }, sealed: Buffer.from(sealed, "base64url") };
}

/** `binding` is not part of it, and it opens with the same one only. */
export function encrypt(plain: Buffer, key: Buffer, binding: string): Buffer {
  const iv = randomBytes(ivBytes);
  const encryption = createCipheriv(cipher, key, iv, { authTagLength: tagBytes }).setAAD(Buffer.from(binding, "utf8"));
  return Buffer.concat([iv, encryption.update(plain), encryption.final(), encryption.getAuthTag()]);
}

/** Throws where the key, the binding or a single bit is another than at sealing. */
export function decrypt(box: Buffer, key: Buffer, binding: string): Buffer {
  const decryption = createDecipheriv(cipher, key, box.subarray(0, ivBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(binding, "utf8"))
    .setAuthTag(box.subarray(-tagBytes));
  return Buffer.concat([decryption.update(box.subarray(ivBytes, -tagBytes)), decryption.final()]);
}
