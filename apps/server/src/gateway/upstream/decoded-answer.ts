import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { Transform } from "node:stream";
import { UpstreamFailure } from "./upstream.ts";
import type { AnswerHeaders, AnswerSink, UpstreamAnswer } from "./upstream.ts";

const decoders: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** The answer in plain bytes. We ask vendors for that, but some servers compress all the same. */
export function decoded(answer: UpstreamAnswer): UpstreamAnswer {
  const encoding = answer.headers["content-encoding"];
  if (typeof encoding !== "string") return answer;
  const name = encoding.trim().toLowerCase();
  const create = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  return create === undefined ? answer : new DecodedAnswer(answer, create());
}

/** Puts a decoder between an answer and its sink, and passes the sink's pauses on to the vendor. */
class DecodedAnswer implements UpstreamAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly #source: UpstreamAnswer;
  readonly #decoder: Transform;
  #sink: AnswerSink | null = null;
  #ending: UpstreamFailure | "end" | null = null;
  #isStarted = false;

  constructor(source: UpstreamAnswer, decoder: Transform) {
    this.status = source.status;
    this.headers = source.headers;
    this.#source = source;
    this.#decoder = decoder;
  }

  deliverTo(sink: AnswerSink): void {
    this.#sink = sink;
    if (this.#ending !== null) return this.#deliverEnding(this.#ending);
    if (this.#isStarted) this.#decoder.resume();
    else this.#start();
  }

  pause(): void {
    this.#decoder.pause();
  }

  resume(): void {
    this.#decoder.resume();
  }

  abort(): void {
    this.#source.abort();
  }

  #start(): void {
    this.#isStarted = true;
    this.#decoder.on("data", (chunk: Buffer) => this.#pass(chunk));
    this.#decoder.on("end", () => this.#deliverEnding("end"));
    this.#decoder.on("error", (error) => {
      this.#source.deliverTo({ onData() {}, onEnd() {}, onFailure() {} });
      this.#deliverEnding(new UpstreamFailure("broken", "the compressed answer could not be read", { cause: error }));
    });
    this.#source.deliverTo({
      onData: (chunk) => this.#decode(chunk),
      onEnd: () => this.#decoder.end(),
      onFailure: (failure) => {
        this.#decoder.destroy();
        this.#deliverEnding(failure);
      },
    });
  }

  #decode(chunk: Buffer): void {
    if (this.#decoder.write(chunk)) return;
    this.#source.pause();
    this.#decoder.once("drain", () => this.#source.resume());
  }

  /** What a sink throws here nobody would catch: it would end the process, and with it the answers of all others. */
  #pass(chunk: Buffer): void {
    try {
      this.#sink?.onData(chunk);
    } catch (error) {
      this.#deliverEnding(new UpstreamFailure("broken", "the answer could not be read", { cause: error }));
      this.#decoder.destroy();
      this.#source.abort();
    }
  }

  #deliverEnding(ending: UpstreamFailure | "end"): void {
    this.#ending = ending;
    const sink = this.#sink;
    this.#sink = null;
    if (ending !== "end") return sink?.onFailure(ending);
    try {
      sink?.onEnd();
    } catch (error) {
      sink?.onFailure(new UpstreamFailure("broken", "the answer could not be read", { cause: error }));
    }
  }
}
