// Follows events as they happen, over one long answer of server-sent events, and goes on behind the last one when that breaks off.
// Used by the CLI and by the console. Invariant: what is stored is told once and in order, however often the connection is lost.

import { failureOf, ClientError, lost, type ClientOptions } from "./calls.ts";
import { cloudEvent, type CloudEvent } from "./events/cloud-event.ts";
import { eventRoutes } from "./routes/events.ts";

export interface FollowOptions extends ClientOptions {
  /** Such as `key.created`; all where it is left out. */
  readonly types?: readonly string[];
  /** The place of the last event that is known. */
  readonly lastEventId?: string;
  readonly signal: AbortSignal;
  /** Called when events follow, and when the connection was lost and is made again. */
  readonly onState?: (state: "following" | "lost") => void;
}

export interface FollowedEvent {
  /** Null for what is live only. */
  readonly place: string | null;
  readonly event: CloudEvent;
}

const firstWaitMs = 500;
const longestWaitMs = 8_000;
/** The server sends something at least every ten seconds. */
const silenceMs = 30_000;

/** Ends when the signal is aborted. Rejects with ClientError where nothing is to be had by coming back, or nobody ever answered. */
export async function* followEvents(options: FollowOptions): AsyncGenerator<FollowedEvent> {
  let place = options.lastEventId ?? null;
  let waitMs = firstWaitMs;
  let hasBegun = false;
  const onState: FollowOptions["onState"] = (state) => {
    hasBegun = true;
    options.onState?.(state);
  };
  while (!options.signal.aborted) {
    try {
      for await (const followed of followOnce({ ...options, onState }, place)) {
        waitMs = firstWaitMs;
        place = followed.place ?? place;
        yield followed;
      }
    } catch (error) {
      if (!options.signal.aborted && (!hasBegun || !comesBack(error))) throw error;
    }
    if (options.signal.aborted) return;
    onState("lost");
    await pause(waitMs, options.signal);
    waitMs = Math.min(longestWaitMs, waitMs * 2);
  }
}

function comesBack(error: unknown): boolean {
  return error instanceof ClientError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

async function* followOnce(options: FollowOptions, place: string | null): AsyncGenerator<FollowedEvent> {
  const { baseUrl, apiKey, types, signal, onState, fetch: fetchNow = globalThis.fetch } = options;
  const query = types === undefined ? "" : `?${new URLSearchParams({ types: types.join(",") }).toString()}`;
  const silence = new Silence(signal);
  try {
    const response = await fetchNow(baseUrl.replace(/\/+$/, "") + eventRoutes.stream.path + query, {
      headers: {
        accept: "text/event-stream",
        ...(apiKey !== null && { authorization: `Bearer ${apiKey}` }),
        ...(place !== null && { "last-event-id": place }),
      },
      signal: silence.signal,
    }).catch((cause: unknown) => {
      throw lost({ baseUrl, apiKey, signal }, cause);
    });
    if (!response.ok || response.body === null) throw await failureOf(response);
    onState?.("following");
    for await (const block of blocksOf(response.body, silence)) {
      const followed = readBlock(block);
      if (followed !== null) yield followed;
    }
  } finally {
    silence.end();
  }
}

/** Ends a connection at whose other end nobody is any more. */
class Silence {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #abort = (): void => this.#controller.abort();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(outer: AbortSignal) {
    this.#outer = outer;
    outer.addEventListener("abort", this.#abort);
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#abort, silenceMs);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#abort);
    this.#abort();
  }
}

/** What was begun is gone on with. */
const broken = { value: undefined, done: true } as const;

async function* blocksOf(body: ReadableStream<Uint8Array>, silence: Silence): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read().catch(() => broken);
    if (done) return;
    silence.heard();
    text += decoder.decode(value, { stream: true });
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      yield text.slice(0, end);
      text = text.slice(end + 2);
    }
  }
}

/** Null for what is no event, such as a comment. */
function readBlock(block: string): FollowedEvent | null {
  const fields = new Map(
    block.split("\n").map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
  const data = fields.get("data");
  if (data === undefined) return null;
  const event = cloudEvent.safeParse(JSON.parse(data));
  return event.success ? { place: fields.get("id") ?? null, event: event.data } : null;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
