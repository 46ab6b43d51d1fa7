// What metrics tell of the database: nobody who reads them waits for it, and nothing is asked of it while nobody does.

interface LatelyReadOptions<Value> {
  readonly read: () => Promise<Value>;
  readonly before: Value;
  readonly freshMs: number;
  readonly monotonic: () => number;
}

export class LatelyRead<Value> {
  readonly #options: LatelyReadOptions<Value>;
  #value: Value;
  #readAt = -Infinity;

  constructor(options: LatelyReadOptions<Value>) {
    this.#options = options;
    this.#value = options.before;
  }

  /** As it was read last. Where that is a while ago it is read again meanwhile. */
  get current(): Value {
    const { monotonic, freshMs } = this.#options;
    if (monotonic() - this.#readAt >= freshMs) void this.#refresh();
    return this.#value;
  }

  async #refresh(): Promise<void> {
    const { read, monotonic } = this.#options;
    this.#readAt = monotonic();
    try {
      this.#value = await read();
    } catch {
      // What is away is told by the health of its part.
    }
  }
}
