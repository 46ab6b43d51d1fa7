import type { IncomingMessage, ServerResponse } from "node:http";
import type { Pacer } from "./pacer.ts";
import { perform } from "./perform.ts";
import type { Performance } from "./performance.ts";
import { ReceivedRequest } from "./received.ts";
import type { Script } from "./script.ts";
import type { ScriptFunction, ScriptQueue, Turn } from "./script-queue.ts";
import { stage, type StageContext } from "./stage.ts";

export interface ExchangeDependencies {
  readonly queue: ScriptQueue;
  readonly pacer: Pacer;
  readonly nextContext: () => StageContext;
  readonly remember: (received: ReceivedRequest) => void;
  /** Something that a test may wait for has happened. */
  readonly announce: () => void;
}

/** Answers requests as the queue says, and notes how each of them ended. */
export class Exchanges {
  readonly #dependencies: ExchangeDependencies;
  /** Fixed scripts come to the same performance for every request. */
  readonly #rendered = new WeakMap<Script, Performance>();

  constructor(dependencies: ExchangeDependencies) {
    this.#dependencies = dependencies;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const received = new ReceivedRequest(request);
    const turn = this.#dependencies.queue.next();
    const isEarly = typeof turn === "object" && turn.kind === "early";
    const onCut = this.#watch(request, response, received);
    const answer = (): void => this.#answer(turn, received, response, onCut);
    request.on("data", (part: Buffer) => received.addBytes(part));
    request.once("end", () => {
      this.#dependencies.remember(received);
      if (!isEarly) answer();
    });
    if (isEarly) answer();
  }

  #answer(turn: Turn, received: ReceivedRequest, response: ServerResponse, onCut: () => void): void {
    const play = (script: Script): void =>
      perform(this.#stage(script, received), { response, pacer: this.#dependencies.pacer, onCut });
    if (typeof turn === "object") return play(turn);
    const fail = (error: unknown): void => {
      response.writeHead(500, { "content-type": "text/plain" });
      response.end(`The script failed: ${String(error)}`);
    };
    void callScript(turn, received).then(play).catch(fail);
  }

  #stage(script: Script, received: ReceivedRequest): Performance {
    if (script.kind !== "answer" && script.kind !== "raw")
      return stage(script, received, this.#dependencies.nextContext());
    const rendered = this.#rendered.get(script) ?? stage(script, received, this.#dependencies.nextContext());
    this.#rendered.set(script, rendered);
    return rendered;
  }

  /** Returns what to call before the script itself ends the connection. */
  #watch(request: IncomingMessage, response: ServerResponse, received: ReceivedRequest): () => void {
    const { socket } = request;
    let cut = false;
    const abandon = (): void => {
      received.aborted = !cut;
      received.abortedAt = cut ? null : Date.now();
      if (!request.complete) this.#dependencies.remember(received);
      this.#dependencies.announce();
    };
    response.once("close", () => {
      received.answered = response.writableFinished;
      // After an early answer the body may still be on its way.
      if (received.answered && !request.complete && !socket.destroyed) socket.once("close", abandonIfIncomplete);
      else if (received.answered && request.complete) this.#dependencies.announce();
      else abandon();
    });
    const abandonIfIncomplete = (): void => {
      if (!request.complete) abandon();
    };
    return () => {
      cut = true;
    };
  }
}

/** Async, so that a throw is a rejection like any other. */
async function callScript(script: ScriptFunction, received: ReceivedRequest): Promise<Script> {
  return script(received);
}
