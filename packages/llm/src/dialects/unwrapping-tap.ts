import type { Usage } from "#hub.ts";
import type { StreamTap, StreamUnwrapper } from "./dialect.ts";

/** Takes a stream out of the format that a cloud put around it, and gives it to the tap of its dialect. */
export class UnwrappingTap implements StreamTap {
  readonly isEventStream = true;
  readonly contentType: string;
  readonly #unwrapper: StreamUnwrapper;
  readonly #tap: StreamTap;

  /** `contentType` is the dialect's own. */
  constructor(unwrapper: StreamUnwrapper, tap: StreamTap, contentType: string) {
    this.#unwrapper = unwrapper;
    this.#tap = tap;
    this.contentType = tap.contentType ?? contentType;
  }

  push(chunk: Buffer): Buffer | null {
    return this.#pass(this.#unwrapper.push(chunk));
  }

  flush(): Buffer | null {
    const parts = [this.#pass(this.#unwrapper.flush()), this.#tap.flush()].filter((part) => part !== null);
    return parts.length === 0 ? null : Buffer.concat(parts);
  }

  get usage(): Usage | null {
    return this.#tap.usage;
  }

  get ended(): boolean {
    return this.#tap.ended;
  }

  get failure(): string | null {
    return this.#tap.failure;
  }

  #pass(bytes: Buffer | null): Buffer | null {
    return bytes === null ? null : this.#tap.push(bytes);
  }
}
