// Whose the changes are that are being made: known to whatever a request runs, so that no handler can forget to say it. Called by the
// binding of the routes, and asked by the store in the transaction of a change.

import { AsyncLocalStorage } from "node:async_hooks";
import { theServer, type Author } from "#domain/audit.ts";

interface Work {
  readonly author: Author;
  /** As a part of which it is done. */
  readonly within: Work | undefined;
  written: number;
  readonly versions: Map<string, string>;
}

/** What has come of some work until now. */
export interface Written {
  /** Entries. */
  count(): number;
  /** That the work has given to what it has changed, by `kind/id`. */
  version(object: string): string | undefined;
}

export class Authorship {
  readonly #work = new AsyncLocalStorage<Work>();

  by<Result>(author: Author, run: (written: Written) => Promise<Result>): Promise<Result> {
    const work: Work = { author, within: this.#work.getStore(), written: 0, versions: new Map() };
    const written: Written = { count: () => work.written, version: (object) => work.versions.get(object) };
    return this.#work.run(work, () => run(written));
  }

  /** What nobody has asked for the server does by itself. */
  current(): Author {
    return this.#work.getStore()?.author ?? theServer;
  }

  noteWritten(entries: number, versions: ReadonlyMap<string, string>): void {
    for (let work = this.#work.getStore(); work !== undefined; work = work.within) {
      work.written += entries;
      for (const [object, version] of versions) work.versions.set(object, version);
    }
  }
}
