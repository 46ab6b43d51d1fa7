import type { Format, Outcome } from "../reading.ts";

export interface Question {
  /** Of the gateway. */
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly stream: boolean;
}

/** An official SDK, which asks the gateway one question and says what it read. */
export interface ReplayClient {
  readonly format: Format;
  ask(question: Question): Promise<Outcome>;
}

export const prompt = "recorded";
