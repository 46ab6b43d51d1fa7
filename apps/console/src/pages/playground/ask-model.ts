import type { ChatRequest } from "#connect/chat-code.ts";
import { refusalOf, sendChat } from "#connect/gateway.ts";
import { readEvents } from "./event-stream.ts";
import { ended, failed, withChunk, withHeaders } from "./reply.ts";
import type { Reply } from "./reply.ts";

interface Asking {
  readonly url: string;
  readonly key: string;
  readonly request: ChatRequest;
  readonly signal: AbortSignal;
}

/** Called with what each piece makes of the reply. */
type Tell = (change: (reply: Reply) => Reply) => void;

/** Resolves when no more comes, however it ended: that is in the reply. */
export async function askModel({ url, key, request, signal }: Asking, tell: Tell): Promise<void> {
  const startedAt = performance.now();
  const elapsedMs = (): number => performance.now() - startedAt;
  try {
    const response = await sendChat({ url, key, request, signal });
    tell((reply) => withHeaders(reply, response.headers));
    await readReply(
      response,
      (value) => {
        const nowMs = elapsedMs();
        tell((reply) => withChunk(reply, value, nowMs));
      },
      tell,
    );
  } catch {
    // What the vendor said before the cut tells more than the cut.
    if (!signal.aborted) tell((reply) => (reply.state === "failed" ? reply : failed(reply, brokenWords(reply), "")));
  }
  const tookMs = elapsedMs();
  tell((reply) => ended(reply, signal.aborted ? "stopped" : "done", tookMs));
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
