// Clients of several accounts, which send at a fixed rate whether or not answers come. Invariant: what this process itself was late
// is known, so that it is not held against the server.

import { Agent, request } from "node:http";
import { model } from "./places.ts";

/**
 * Who asks: with much, with a budget that is used up on the way, with a limit that is met on the way, without a key that is known; and
 * `direct`, who asks the vendor without the server, so that it is known how slow the machine is at that moment.
 */
export type Who = "rich" | "poor" | "limited" | "stranger" | "direct";

export interface Answer {
  readonly who: Who;
  readonly isStream: boolean;
  readonly sentAt: number;
  readonly ms: number;
  /** Of HTTP; in words what went wrong without one. */
  readonly status: number | string;
  /** Of the error that it is; null of an answer. */
  readonly code: string | null;
  readonly retryAfter: string | null;
  /** Empty where there was no answer. */
  readonly id: string;
  readonly isWhole: boolean;
}

export interface Pause {
  readonly from: number;
  readonly to: number;
}

export interface Clients {
  readonly answers: readonly Answer[];
  /** In which this process did nothing. */
  readonly pauses: readonly Pause[];
  /** Resolves when all that was sent is answered. */
  stop(): Promise<void>;
}

/** Of twenty requests one each is of these. */
export const shareOfFew = 1 / 20;
const tickMs = 5;
const pauseMs = 100;
const patienceMs = 30_000;
const mostTokens = 40;

function whoAsks(number: number): Who {
  const turn = number % 20;
  if (turn === 16) return "direct";
  if (turn === 17) return "poor";
  if (turn === 18) return "limited";
  return turn === 19 ? "stranger" : "rich";
}

export interface ClientsOptions {
  readonly url: string;
  readonly vendorUrl: string;
  readonly keys: Readonly<Record<Who, string>>;
  readonly perSecond: number;
}

export function startClients({ url, vendorUrl, keys, perSecond }: ClientsOptions): Clients {
  const agent = new Agent({ keepAlive: true });
  const [answers, pauses, running]: [Answer[], Pause[], Set<Promise<unknown>>] = [[], [], new Set()];
  let [sent, elapsedMs, lastTick] = [0, 0, performance.now()];
  const send = (number: number): void => {
    const who = whoAsks(number);
    const to = who === "direct" ? vendorUrl : url;
    const asked = ask({ url: to, agent, who, key: keys[who], isStream: number % 5 === 0 }).then((answer) => {
      answers.push(answer);
      running.delete(asked);
    });
    running.add(asked);
  };
  const tick = (): void => {
    const now = performance.now();
    if (now - lastTick > pauseMs) pauses.push({ from: lastTick, to: now });
    // What was missed is not made good: nobody sends all that at once.
    elapsedMs += Math.min(now - lastTick, pauseMs);
    lastTick = now;
    for (const due = (elapsedMs * perSecond) / 1_000; sent < due; sent += 1) send(sent);
  };
  const timer = setInterval(tick, tickMs);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await Promise.all(running);
    agent.destroy();
  };
  return { answers, pauses, stop };
}

interface Asked {
  readonly url: string;
  readonly agent: Agent;
  readonly who: Who;
  readonly key: string;
  readonly isStream: boolean;
}

function ask({ url, agent, who, key, isStream }: Asked): Promise<Answer> {
  const sentAt = performance.now();
  const messages = [{ role: "user", content: "Take your time" }];
  const body = JSON.stringify({ model, stream: isStream, max_tokens: mostTokens, messages });
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return new Promise((resolve) => {
    const end = (rest: Omit<Answer, "who" | "isStream" | "sentAt" | "ms">): void =>
      resolve({ who, isStream, sentAt, ms: performance.now() - sentAt, ...rest });
    const lose = (error: Error): void =>
      end({ status: String(error), code: null, retryAfter: null, id: "", isWhole: false });
    const sending = request(`${url}/v1/chat/completions`, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("error", lose).on("end", () => {
        const { statusCode: status = 0, headers: told } = response;
        const isWhole = isStream && status === 200 ? text.endsWith("data: [DONE]\n\n") : text.endsWith("}");
        const retryAfter = told["retry-after"] ?? null;
        end({ status, code: codeIn(status, text), retryAfter, id: String(told["x-request-id"] ?? ""), isWhole });
      });
    });
    sending.setTimeout(patienceMs, () => sending.destroy(new Error(`no answer within ${patienceMs} ms`)));
    sending.on("error", lose).end(body);
  });
}

function codeIn(status: number, text: string): string | null {
  if (status === 200) return null;
  const { error } = JSON.parse(text) as { readonly error: { readonly code: string } };
  return error.code;
}
