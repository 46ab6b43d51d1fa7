const headEnd = Buffer.from("\r\n\r\n");
const lineFeed = 10;

/** Finds the end of HTTP/1.1 answers with a content-length or in chunked encoding, and as little else as possible. */
export class AnswerReader {
  status = 0;
  /** The server said that it will close the connection. */
  closing = false;
  #state: "head" | "body" | "size" | "chunk" | "trailer" = "head";
  #head = Buffer.alloc(0);
  /** Bytes left of the body, or of the chunk with its line end. */
  #left = 0;
  #sizeLine = "";
  readonly #onBody: (bytes: Buffer) => void;

  constructor(onBody: (bytes: Buffer) => void) {
    this.#onBody = onBody;
  }

  /** True once the answer is complete; the reader is then ready for the next. */
  feed(bytes: Buffer): boolean {
    let at = 0;
    while (at < bytes.length) {
      at = this.#steps[this.#state](bytes, at);
      if (this.#isComplete) {
        this.#isComplete = false;
        this.#state = "head";
        return true;
      }
    }
    return false;
  }

  #isComplete = false;

  readonly #steps = {
    head: (bytes: Buffer, at: number): number => this.#readHead(bytes, at),
    body: (bytes: Buffer, at: number): number => this.#readBody(bytes, at),
    size: (bytes: Buffer, at: number): number => this.#readSize(bytes, at),
    chunk: (bytes: Buffer, at: number): number => this.#readChunk(bytes, at),
    trailer: (bytes: Buffer, at: number): number => this.#readTrailer(bytes, at),
  };

  #readHead(bytes: Buffer, at: number): number {
    const before = this.#head.length;
    const head = before === 0 ? bytes.subarray(at) : Buffer.concat([this.#head, bytes.subarray(at)]);
    const end = head.indexOf(headEnd);
    if (end < 0) {
      this.#head = Buffer.from(head);
      return bytes.length;
    }
    this.#head = Buffer.alloc(0);
    this.#understand(head.toString("latin1", 0, end));
    return at + end + headEnd.length - before;
  }

  #understand(head: string): void {
    this.status = Number(head.slice(9, 12));
    this.closing = /\r\nconnection: *close/i.test(head);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    this.#left = Number(length ?? 0);
    this.#state = length === undefined && /\r\ntransfer-encoding: *chunked/i.test(head) ? "size" : "body";
    if (this.#state === "body" && this.#left === 0) this.#isComplete = true;
  }

  #readBody(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#onBody(bytes.subarray(at, end));
    this.#left -= end - at;
    if (this.#left === 0) this.#isComplete = true;
    return end;
  }

  #readSize(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(lineFeed, at);
    this.#sizeLine += bytes.toString("latin1", at, end < 0 ? bytes.length : end);
    if (end < 0) return bytes.length;
    const size = Number.parseInt(this.#sizeLine, 16);
    this.#sizeLine = "";
    this.#left = size + 2;
    this.#state = size === 0 ? "trailer" : "chunk";
    return end + 1;
  }

  #readChunk(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    const dataEnd = Math.min(end, at + this.#left - 2);
    if (dataEnd > at) this.#onBody(bytes.subarray(at, dataEnd));
    this.#left -= end - at;
    if (this.#left === 0) this.#state = "size";
    return end;
  }

  /** The empty line after the last chunk; the servers measured here send no trailer fields. */
  #readTrailer(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#left -= end - at;
    if (this.#left === 0) this.#isComplete = true;
    return end;
  }
}
