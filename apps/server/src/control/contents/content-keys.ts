// The keys under which texts of requests are sealed: one for each day and instance, each sealed itself like every secret in the store. A
// key that a service keeps is so asked for once a day and not for each request, and `ghostllm keys rotate-kek` has few rows to seal anew.

import { newId } from "@ghostllm/contract";
import type { Encryption } from "#control/encryption/encryption.ts";
import { newDataKey } from "#control/encryption/envelope.ts";
import type { Store } from "#control/store/store.ts";
import { Secret } from "#domain/secret.ts";

export const contentKeyBinding = (id: string): string => `content key ${id}`;

export interface ContentKey {
  readonly id: string;
  readonly dataKey: Buffer;
}

interface ContentKeysOptions {
  readonly store: Pick<Store, "contents">;
  readonly encryption: Encryption;
  readonly now: () => number;
}

const dayMs = 24 * 3_600_000;
/** Whoever reads many requests reads those of a few days. */
const mostKnown = 100;

export class ContentKeys {
  readonly #options: ContentKeysOptions;
  readonly #known = new Map<string, Buffer>();
  #sealing: { readonly key: Promise<ContentKey>; readonly day: number } | null = null;

  constructor(options: ContentKeysOptions) {
    this.#options = options;
  }

  /** By which is sealed now. Rejects where it cannot be stored; the next who asks tries it again. */
  current(): Promise<ContentKey> {
    const day = Math.floor(this.#options.now() / dayMs);
    if (this.#sealing?.day !== day) {
      const key = this.#make();
      this.#sealing = { key, day };
      key.catch(() => {
        if (this.#sealing?.key === key) this.#sealing = null;
      });
    }
    return this.#sealing.key;
  }

  /** Undefined where there is no such key. Rejects with an UnsealError, or with a KeyServiceError. */
  async find(id: string): Promise<ContentKey | undefined> {
    const { store, encryption } = this.#options;
    const known = this.#known.get(id);
    if (known !== undefined) return { id, dataKey: known };
    const row = await store.contents.findKey(id);
    if (row === undefined) return undefined;
    const dataKey = Buffer.from((await encryption.open(row.sealed, contentKeyBinding(id))).reveal(), "base64");
    return this.#remember({ id, dataKey });
  }

  async #make(): Promise<ContentKey> {
    const { store, encryption, now } = this.#options;
    const [id, dataKey] = [newId(now()), newDataKey()];
    const sealed = await encryption.seal(new Secret(dataKey.toString("base64")), contentKeyBinding(id));
    await store.contents.addKey({ id, sealed });
    return this.#remember({ id, dataKey });
  }

  #remember(key: ContentKey): ContentKey {
    if (this.#known.size >= mostKnown) this.#known.delete([...this.#known.keys()][0] ?? "");
    this.#known.set(key.id, key.dataKey);
    return key;
  }
}
