/** Told when other values are in force: whoever has made something of them makes it anew. */
export class Reconfigured {
  readonly #listeners: (() => void)[] = [];

  listen(listener: () => void): void {
    this.#listeners.push(listener);
  }

  tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
