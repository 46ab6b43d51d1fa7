import type { ReceivedRequest } from "./received.ts";
import type { Script } from "./script.ts";

/** Sees the whole request. With a promise, it holds the answer back until the test lets go. */
export type ScriptFunction = (received: ReceivedRequest) => Script | Promise<Script>;

export type ScriptSource = Script | readonly Script[] | ScriptFunction;

export type Turn = Script | ScriptFunction;

/** A list is played one script per request; its last stays in force. */
export class ScriptQueue {
  #turns: Turn[] = [];

  set(source: ScriptSource): void {
    this.#turns = isList(source) ? [...source] : [source];
  }

  clear(): void {
    this.#turns = [];
  }

  next(): Turn {
    const turn = this.#turns.length > 1 ? this.#turns.shift() : this.#turns[0];
    return turn ?? { kind: "default" };
  }
}

function isList(source: ScriptSource): source is readonly Script[] {
  return Array.isArray(source);
}
