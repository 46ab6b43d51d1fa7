import pino from "pino";

/** What is kept of the log for a reader that is behind. Beyond it lines are lost, and counted. */
const maxBytes = 2 * 2 ** 20;

/**
 * Standard error, or standard output, as the log's way out. Whoever should read it may stop to: then neither memory grows, nor does a thread
 * wait in a write, nor does the process wait at its end for somebody to read on.
 */
export class LogOutlet {
  readonly stream: ReturnType<typeof pino.destination>;
  onCaughtUp: (lostLines: number) => void = () => {};
  #lostLines = 0;
  #isBlocked = false;

  constructor(descriptor: 1 | 2 = 2) {
    // Node makes a pipe non-blocking when it first opens this stream.
    void (descriptor === 1 ? process.stdout : process.stderr);
    this.stream = pino.destination({
      dest: descriptor,
      sync: false,
      maxLength: maxBytes,
      retryEAGAIN: () => {
        this.#isBlocked = true;
        return true;
      },
    });
    this.stream.on("drop", () => (this.#lostLines += 1));
    this.stream.on("write", () => (this.#isBlocked = false));
    this.stream.on("drain", () => this.#tellLoss());
  }

  /** What is left is written out at the end of the process, but not to somebody who does not read. */
  giveUpAtExit(): void {
    process.prependOnceListener("exit", () => {
      if (this.#isBlocked) this.stream.destroy();
    });
  }

  #tellLoss(): void {
    const lines = this.#lostLines;
    this.#lostLines = 0;
    if (lines > 0) this.onCaughtUp(lines);
  }
}
