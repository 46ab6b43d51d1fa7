// Opens the stored texts of requests for whoever may read them. Called by the admin API.

import type { Store } from "#control/store/store.ts";
import type { Reach } from "#domain/access/may.ts";
import type { ContentKeys } from "./content-keys.ts";
import { openContent, type OpenedContent, type SealedContent } from "./sealed-content.ts";

interface ContentReaderOptions {
  readonly store: Pick<Store, "contents">;
  readonly keys: Pick<ContentKeys, "find">;
}

export class ContentReader {
  readonly #options: ContentReaderOptions;

  constructor(options: ContentReaderOptions) {
    this.#options = options;
  }

  /** Null where nothing is stored. Rejects with an UnsealError, or with a KeyServiceError. */
  async read(requestId: string, reach: Reach): Promise<OpenedContent | null> {
    const row = await this.#options.store.contents.find(requestId, reach);
    return row === undefined ? null : this.open(row);
  }

  async open(row: SealedContent): Promise<OpenedContent | null> {
    const key = await this.#options.keys.find(row.contentKeyId);
    return key === undefined ? null : openContent(row, key);
  }
}
