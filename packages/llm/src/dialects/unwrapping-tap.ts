import type { GhostError } from "@ghostllm/contract";
import type { Usage } from "#hub.ts";
import type { StreamFailure, StreamTap } from "./dialect.ts";
import type { StreamUnwrapper } from "./wrapped-streams.ts";

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

  flush(isCut = false): Buffer | null {
    const rest = isCut ? null : this.#pass(this.#unwrapper.flush());
    const parts = [rest, this.#tap.flush(isCut)].filter((part) => part !== null);
    return parts.length === 0 ? null : Buffer.concat(parts);
  }

  get usage(): Usage | null {
    return this.#tap.usage;
  }

  get ended(): boolean {
    return this.#tap.ended;
  }

  get failure(): StreamFailure | null {
    return this.#tap.failure;
  }

  get isWhole(): boolean {
    return this.#tap.isWhole;
  }

  get hasTold(): boolean {
    return this.#tap.hasTold;
  }

  fail(error: GhostError): Buffer | null {
    return this.#tap.fail(error);
  }

  #pass(bytes: Buffer | null): Buffer | null {
    return bytes === null ? null : this.#tap.push(bytes);
  }
}
