// What wraps the data keys of sealed texts: a key that this server has, or one that a service keeps and never gives away.

export type KeyKind = "file" | "configured" | "vault" | "aws_kms";

/** A data key as it stands in an envelope. */
export interface WrappedKey {
  /** Tells by which key it was wrapped; without dots. */
  readonly hint: string;
  readonly bytes: Buffer;
}

export interface WrappingKey {
  readonly kind: KeyKind;
  /** What people know it by; it tells nothing of the key. */
  readonly name: string;
  /** May it have wrapped this? Of a passphrase nobody can say so without trying. */
  knows(hint: string): boolean;
  /** `binding` names the row that the secret belongs to. */
  wrap(dataKey: Buffer, binding: string): Promise<WrappedKey>;
  /** Null where another has wrapped it. Rejects with a KeyServiceError where nobody can say so now. */
  unwrap(wrapped: WrappedKey, binding: string): Promise<Buffer | null>;
}

/** The service that keeps a key does not answer, or refuses. The message says why. */
export class KeyServiceError extends Error {
  override readonly name = "KeyServiceError";
}
