import { readWhole } from "./read-whole.ts";
import { UpstreamFailure, type UpstreamClient } from "./upstream.ts";

interface TextRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}

interface TextAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
}

/** What is answered is of no interest, but the connection can be used again when it is read. */
const maxBytes = 64 * 1024;

/** POST for the control plane, which opens no sockets itself. Rejects with UpstreamFailure; aborts after `timeoutMs`. */
export async function postText(
  client: UpstreamClient,
  { url, headers, body, timeoutMs }: TextRequest,
): Promise<TextAnswer> {
  const call = client.send({ method: "POST", url, headers, body });
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    call.abort();
  }, timeoutMs);
  try {
    const answer = await call.answer;
    const { complete } = await readWhole(answer, maxBytes);
    if (!complete) call.abort();
    const given = answer.headers["retry-after"];
    return { status: answer.status, retryAfter: typeof given === "string" ? given : null };
  } catch (error) {
    throw isOver ? new UpstreamFailure("timeout", `no answer within ${timeoutMs} ms`, { cause: error }) : error;
  } finally {
    clearTimeout(timer);
  }
}
