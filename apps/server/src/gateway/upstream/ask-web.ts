import { decoded } from "./decoded-answer.ts";
import { readWhole } from "./read-whole.ts";
import { UpstreamFailure, type AnswerHeaders, type UpstreamClient } from "./upstream.ts";

interface WebRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
}

interface WebAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const maxBytes = 1024 * 1024;

/** For the control plane, which opens no sockets itself. Rejects with UpstreamFailure; aborts after `timeoutMs`. */
export async function askWeb(client: UpstreamClient, { timeoutMs, ...request }: WebRequest): Promise<WebAnswer> {
  const call = client.send({ ...request, headers: { ...request.headers, "accept-encoding": "identity" } });
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    call.abort();
  }, timeoutMs);
  try {
    const answer = decoded(await call.answer);
    const { body, complete } = await readWhole(answer, maxBytes);
    if (complete) return { status: answer.status, headers: textsOf(answer.headers), body: body.toString("utf8") };
    call.abort();
    throw new UpstreamFailure("broken", `the answer is larger than ${maxBytes} bytes`);
  } catch (error) {
    throw isOver ? new UpstreamFailure("timeout", `no answer within ${timeoutMs} ms`, { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}

function textsOf(headers: AnswerHeaders): Record<string, string> {
  const texts = Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]);
  return Object.fromEntries(texts.filter(([, value]) => value !== undefined)) as Record<string, string>;
}
