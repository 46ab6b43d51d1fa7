type Dispose = () => void | Promise<void>;

/** Closes what was opened, last first. One part that fails to close does not keep the others open. */
export class Disposer {
  readonly #disposals: Dispose[] = [];

  add(dispose: Dispose): void {
    this.#disposals.push(dispose);
  }

  /** Closes each part once, however often it is called. Throws what went wrong, when all is closed. */
  async dispose(): Promise<void> {
    const failures: unknown[] = [];
    for (let dispose = this.#disposals.pop(); dispose !== undefined; dispose = this.#disposals.pop()) {
      try {
        await dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "not everything could be closed");
  }
}
