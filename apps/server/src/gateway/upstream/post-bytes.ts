import { readWhole } from "./read-whole.ts";
import { UpstreamFailure, type AnswerHeaders, type UpstreamClient } from "./upstream.ts";

interface BytesRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly timeoutMs: number;
}

interface BytesAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where it is too long to be of interest. */
  readonly body: Buffer;
}

const maxBytes = 64 * 1024;

/** POST for whoever tells the outside of this server. Rejects with UpstreamFailure; aborts after `timeoutMs`. */
export async function postBytes(
  client: UpstreamClient,
  { url, headers, body, timeoutMs }: BytesRequest,
): Promise<BytesAnswer> {
  const sent = { "accept-encoding": "identity", ...headers };
  const call = client.send({ method: "POST", url, headers: sent, body });
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    call.abort();
  }, timeoutMs);
  try {
    const answer = await call.answer;
    const read = await readWhole(answer, maxBytes);
    if (!read.complete) call.abort();
    return {
      status: answer.status,
      headers: textsOf(answer.headers),
      body: read.complete ? read.body : Buffer.alloc(0),
    };
  } catch (error) {
    throw isOver ? new UpstreamFailure("timeout", `no answer within ${timeoutMs} ms`, { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}

function textsOf(headers: AnswerHeaders): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) texts[name] = Array.isArray(value) ? value.join(", ") : value;
  return texts;
}
