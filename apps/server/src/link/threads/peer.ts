// Questions and answers between two threads, over one port. Invariant: every question is answered, or rejected when the port
// closes; and the port keeps neither thread running.

import type { MessagePort } from "node:worker_threads";

/** What can be asked, by name. Both what is asked and what is answered is plain data. */
export type Questions = Readonly<Record<string, (...input: never[]) => unknown>>;

/** The thread on the other side has ended. */
export class PeerGone extends Error {}

interface Question {
  readonly kind: "question";
  /** Null where no answer is wanted. */
  readonly number: number | null;
  readonly name: string;
  readonly input: readonly unknown[];
}

type Message =
  | Question
  | { readonly kind: "answer"; readonly number: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly number: number; readonly message: string; readonly stack: string | undefined };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

interface PeerOptions<Answered extends Questions> {
  readonly port: MessagePort;
  /** To what the other side asks. */
  readonly answers: Answered;
  readonly onGone?: () => void;
}

export class Peer<Asked extends Questions, Answered extends Questions> {
  readonly #port: MessagePort;
  readonly #answers: Answered;
  readonly #waiting = new Map<number, Waiting>();
  #lastNumber = 0;
  #isGone = false;

  constructor({ port, answers, onGone }: PeerOptions<Answered>) {
    this.#port = port;
    this.#answers = answers;
    port.on("message", (message: Message) => this.#receive(message));
    port.on("close", () => {
      this.#reject();
      onGone?.();
    });
    // Last of all: whoever listens to its messages keeps the thread running again.
    port.unref();
  }

  async ask<Name extends keyof Asked & string>(
    name: Name,
    ...input: Parameters<Asked[Name]>
  ): Promise<Awaited<ReturnType<Asked[Name]>>> {
    if (this.#isGone) throw gone();
    const number = (this.#lastNumber += 1);
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(number, { resolve, reject }));
    try {
      this.#post({ kind: "question", number, name, input });
    } catch (error) {
      this.#waiting.delete(number);
      throw error;
    }
    return (await answered) as Awaited<ReturnType<Asked[Name]>>;
  }

  /** Nobody waits for it. */
  tell<Name extends keyof Asked & string>(name: Name, ...input: Parameters<Asked[Name]>): void {
    this.#post({ kind: "question", number: null, name, input });
  }

  close(): void {
    this.#port.close();
    this.#reject();
  }

  #post(message: Message): void {
    this.#port.postMessage(message);
  }

  #receive(message: Message): void {
    if (message.kind === "question") {
      void this.#answer(message);
      return;
    }
    const waiting = this.#waiting.get(message.number);
    this.#waiting.delete(message.number);
    if (message.kind === "answer") waiting?.resolve(message.value);
    else waiting?.reject(Object.assign(new Error(message.message), { stack: message.stack }));
  }

  async #answer({ number, name, input }: Question): Promise<void> {
    try {
      const value = await this.#answers[name]?.(...(input as never[]));
      if (number !== null) this.#post({ kind: "answer", number, value });
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      if (number !== null) this.#post({ kind: "failure", number, message, stack });
    }
  }

  #reject(): void {
    this.#isGone = true;
    for (const { reject } of this.#waiting.values()) reject(gone());
    this.#waiting.clear();
  }
}

function gone(): PeerGone {
  return new PeerGone("the thread that was asked has ended");
}
