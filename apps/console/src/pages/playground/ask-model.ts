import type { ChatRequest } from "#connect/chat-code.ts";
import { chunkOf, headersOf } from "#connect/chat-channel.ts";
import type { ChatChannel } from "#connect/chat-channel.ts";
import { fieldOf } from "#connect/fields.ts";
import { refusalOf, sendChat } from "#connect/gateway.ts";
import { readEvents } from "./event-stream.ts";
import { ended, failed, withChunk, withHeaders } from "./reply.ts";
import type { Reply } from "./reply.ts";

interface Asking {
  readonly url: string;
  readonly key: string;
  readonly request: ChatRequest;
  readonly signal: AbortSignal;
  /** By which it is asked, where it is streamed and one can be made. */
  readonly channel: ChatChannel;
}

/** Called with what each piece makes of the reply. */
type Tell = (change: (reply: Reply) => Reply) => void;

/** Resolves when no more comes, however it ended: that is in the reply. */
export async function askModel(asking: Asking, tell: Tell): Promise<void> {
  const { request, signal } = asking;
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  const take = (value: unknown): void => {
    const nowMs = elapsedMs();
    tell((reply) => withChunk(reply, value, nowMs));
  };
  try {
    const isTold = request.stream === true && (await askOverChannel(asking, take, tell));
    if (!isTold) await askOverHttp(asking, take, tell);
  } catch {
    // What the vendor said before the cut tells more than the cut.
    if (!signal.aborted) tell((reply) => (reply.state === "failed" ? reply : failed(reply, brokenWords(reply), "")));
  }
  const tookMs = elapsedMs();
  tell((reply) => ended(reply, signal.aborted ? "stopped" : "done", tookMs));
}

type Take = (value: unknown) => void;

async function askOverHttp({ url, key, request, signal }: Asking, take: Take, tell: Tell): Promise<void> {
  const response = await sendChat({ url, key, request, signal });
  tell((reply) => withHeaders(reply, response.headers));
  await readReply(response, take, tell);
}

/** False where no connection could be made. Rejects where it was lost. */
async function askOverChannel({ channel, request, signal }: Asking, take: Take, tell: Tell): Promise<boolean> {
  let hasEnded = false;
  const isSent = await channel.ask({
    ...{ request, signal },
    tell(message) {
      const headers = headersOf(message);
      if (headers !== null) tell((reply) => withHeaders(reply, headers));
      take(chunkOf(message));
      hasEnded ||= ["done", "error"].includes(String(fieldOf(message, "type")));
    },
  });
  if (isSent && !hasEnded && !signal.aborted) throw new Error("The connection ended before the answer did");
  return isSent;
}

async function readReply(response: Response, take: (value: unknown) => void, tell: Tell): Promise<void> {
  if (!response.ok) {
    const refusal = refusalOf(response, await response.json().catch(() => null));
    tell((reply) => failed(reply, refusal.message, refusal.code));
    return;
  }
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (!isStream || response.body === null) return take(await response.json());
  await readEvents(response.body, (events) => {
    for (const data of events) if (data !== "[DONE]") take(JSON.parse(data));
  });
}

function brokenWords({ requestId }: Reply): string {
  return requestId === null ? "The server does not answer." : "The connection ended before the answer did.";
}
