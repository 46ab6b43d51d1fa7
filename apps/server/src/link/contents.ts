// Texts of requests on their way to where they are stored. Control seals and stores them.
// Invariant: nobody waits for it, and what is not stored yet never holds more memory than it may: what has no room is dropped.

/** One text, or what is none. Plain data: it crosses to other threads. */
export interface KeptText {
  readonly contentType: string;
  /** Of the whole. */
  readonly bytes: number;
  /** UTF-8; null for what is no text. */
  readonly text: Uint8Array | null;
  /** It went on. */
  readonly isCut: boolean;
  /** So many pictures, sounds and files stood in it, of which the sizes are left. */
  readonly leftOut: number;
}

export interface RequestContent {
  readonly requestId: string;
  /** At which the request arrived, in epoch ms. */
  readonly createdAt: number;
  readonly userId: string;
  readonly keyId: string;
  readonly teamId: string | null;
  /** Null where it had no body. */
  readonly request: KeptText | null;
  /** Null where there was none, or it is not to be stored. */
  readonly answer: KeptText | null;
}

export interface Contents {
  /** False: there is no room for it. */
  keep(content: RequestContent): boolean;
}

/** Resolves when it is stored, or will never be. */
export type StoreContent = (content: RequestContent) => Promise<void>;

/** Beside its texts. */
const frameBytes = 1_024;

interface Bounds {
  readonly store: StoreContent;
  /** Of what is not stored yet. */
  readonly mostBytes: number;
}

export class BoundedContents implements Contents {
  readonly #store: StoreContent;
  readonly #mostBytes: number;
  #bytes = 0;

  constructor({ store, mostBytes }: Bounds) {
    this.#store = store;
    this.#mostBytes = mostBytes;
  }

  keep(content: RequestContent): boolean {
    const bytes = frameBytes + lengthOf(content.request) + lengthOf(content.answer);
    if (this.#bytes + bytes > this.#mostBytes) return false;
    this.#bytes += bytes;
    const done = (): void => void (this.#bytes -= bytes);
    this.#store(content).then(done, done);
    return true;
  }
}

function lengthOf(kept: KeptText | null): number {
  return kept?.text?.length ?? 0;
}
