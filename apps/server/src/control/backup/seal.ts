// How a backup is sealed: files in the format of age (https://age-encryption.org/v1), so that they can be opened without GhostLLM, too.
// Each backup has a key of its own, which seals its parts; that key is sealed with a passphrase, or for recipients.

import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import type { Secret } from "#domain/secret.ts";

/** Who can open what is sealed: whoever knows the passphrase, or has the identity of one of the recipients. */
export type Lock = { readonly passphrase: Secret } | { readonly recipients: readonly string[] };

/** What opens it. */
export type Opener = { readonly passphrase: Secret } | { readonly identities: readonly string[] };

/** 2^16: 64 MB and about a second, for whoever guesses as for us. */
const passphraseWork = 16;

/** Seals, and can be asked for the file by which others open. */
export interface Sealer {
  seal(plain: Uint8Array): Promise<Uint8Array>;
  /** The key of what was sealed, sealed itself. */
  readonly key: Uint8Array;
}

export async function createSealer(lock: Lock): Promise<Sealer> {
  const identity = await generateX25519Identity();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  return { seal: (plain) => encrypter.encrypt(plain), key: await lockerOf(lock).encrypt(`${identity}\n`) };
}

function lockerOf(lock: Lock): Encrypter {
  const encrypter = new Encrypter();
  if ("passphrase" in lock) {
    encrypter.setPassphrase(lock.passphrase.reveal());
    encrypter.setScryptWorkFactor(passphraseWork);
  } else for (const recipient of lock.recipients) encrypter.addRecipient(recipient);
  return encrypter;
}

/** The key file does not open: it is damaged, or what should open it is not the right one. */
export class WrongKey extends Error {
  override readonly name = "WrongKey";
}

export type Open = (sealed: Uint8Array) => Promise<Uint8Array>;

/** Rejects with a WrongKey. */
export async function openKey(key: Uint8Array, opener: Opener): Promise<Open> {
  const decrypter = new Decrypter();
  if ("passphrase" in opener) decrypter.addPassphrase(opener.passphrase.reveal());
  else for (const identity of opener.identities) decrypter.addIdentity(identity);
  const identity = await decrypter.decrypt(key, "text").catch((cause: unknown) => {
    const what = "passphrase" in opener ? "passphrase" : "identity";
    throw new WrongKey(`The key of the backup does not open: the ${what} is another one, or the file is damaged`, {
      cause,
    });
  });
  const parts = new Decrypter();
  parts.addIdentity(identity.trim());
  return (sealed) => parts.decrypt(sealed);
}
