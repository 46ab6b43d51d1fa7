// Encryption at rest of vendor credentials and other secrets in the database. Called by resources, snapshot and first start.
// Invariant: a sealed text opens only with a key of this server's ring and the binding (the row it belongs to) it was sealed with.

import { Secret } from "#domain/secret.ts";
import { decrypt, encrypt, newDataKey, parseEnvelope, writeEnvelope } from "./envelope.ts";
import type { Envelope } from "./envelope.ts";
import type { WrappingKey } from "./wrapping-key.ts";

export interface Encryption {
  /** What seals comes first; the others open what is older. */
  readonly keys: readonly WrappingKey[];
  seal(plain: Secret, binding: string): Promise<string>;
  /** Rejects with an UnsealError, or with a KeyServiceError where nobody can say whether it opens. */
  open(sealed: string, binding: string): Promise<Secret>;
  /** The same secret, with its data key wrapped by the first key, whichever did before. Rejects as `open` does. */
  rewrap(sealed: string, binding: string): Promise<string>;
  /** Which of the keys opens it: its place in `keys`. Rejects as `open` does. */
  placeOf(sealed: string, binding: string): Promise<number>;
}

/** The sealed text cannot be opened. The message says why, and never holds the secret. */
export class UnsealError extends Error {
  override readonly name = "UnsealError";
}

interface Unwrapped {
  readonly place: number;
  readonly dataKey: Buffer;
  readonly envelope: Envelope;
}

export function createEncryption(keys: readonly [WrappingKey, ...(readonly WrappingKey[])]): Encryption {
  const [first] = keys;
  const unwrap = (sealed: string, binding: string) => unwrapBy(keys, sealed, binding);
  return {
    keys,
    async seal(plain, binding) {
      const dataKey = newDataKey();
      const sealed = encrypt(Buffer.from(plain.reveal(), "utf8"), dataKey, binding);
      return writeEnvelope({ wrappedKey: await first.wrap(dataKey, binding), sealed });
    },
    async open(sealed, binding) {
      return new Secret(readWith(await unwrap(sealed, binding), binding));
    },
    async rewrap(sealed, binding) {
      const unwrapped = await unwrap(sealed, binding);
      // What is sealed anew is known to open.
      readWith(unwrapped, binding);
      const wrappedKey = await first.wrap(unwrapped.dataKey, binding);
      return writeEnvelope({ wrappedKey, sealed: unwrapped.envelope.sealed });
    },
    placeOf: async (sealed, binding) => (await unwrap(sealed, binding)).place,
  };
}

async function unwrapBy(keys: readonly WrappingKey[], sealed: string, binding: string): Promise<Unwrapped> {
  const envelope = parseEnvelope(sealed);
  if (envelope === null) throw new UnsealError(`The stored secret of ${binding} is not in a known format`);
  const { hint } = envelope.wrappedKey;
  for (const [place, key] of keys.entries()) {
    const dataKey = key.knows(hint) ? await key.unwrap(envelope.wrappedKey, binding) : null;
    if (dataKey !== null) return { place, dataKey, envelope };
  }
  if (keys.some((key) => key.knows(hint))) throw cannotOpen(binding);
  throw new UnsealError(
    `The stored secret of ${binding} was sealed with another ENCRYPTION_KEY than the present one, and ENCRYPTION_PREVIOUS_KEYS has it neither`,
  );
}

function readWith({ dataKey, envelope }: Unwrapped, binding: string): string {
  try {
    return decrypt(envelope.sealed, dataKey, binding).toString("utf8");
  } catch (cause) {
    throw cannotOpen(binding, cause);
  }
}

function cannotOpen(binding: string, cause?: unknown): UnsealError {
  const message = `The stored secret of ${binding} cannot be opened: ENCRYPTION_KEY is another one, or the row was tampered with`;
  return new UnsealError(message, { cause });
}
