import type { LiveChange, LiveMessage } from "@ghostllm/contract/routes";
import type { RequestRow } from "./queries.ts";

type Watcher = (requests: readonly RequestRow[], missed: number) => void;
export type LiveState = "open" | "open again" | "lost";

const [firstWaitMs, longestWaitMs] = [500, 15_000];

/** A WebSocket that comes back. */
export class LiveConnection {
  onChanged: (changed: readonly LiveChange[]) => void = () => {};
  onState: (state: LiveState) => void = () => {};
  readonly #url: string;
  readonly #watchers = new Set<Watcher>();
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waitMs = firstWaitMs;
  #wasReady = false;
  #isClosed = true;

  constructor(url: string) {
    this.#url = url;
  }

  open(): void {
    this.#isClosed = false;
    this.#connect();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
  }

  /** Requests are told as long as somebody watches. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    this.#sayWhetherWatched();
    return () => {
      this.#watchers.delete(watcher);
      this.#sayWhetherWatched();
    };
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
      // As the answers of the server: what it says is what the contract says.
      if (typeof data === "string") this.#take(JSON.parse(data) as LiveMessage);
    });
    socket.addEventListener("close", () => {
      if (this.#isClosed || this.#socket !== socket) return;
      this.onState("lost");
      this.#timer = setTimeout(() => this.#connect(), this.#waitMs);
      this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2);
    });
  }

  #take(message: LiveMessage): void {
    if (message.type === "ready") {
      this.#waitMs = firstWaitMs;
      this.onState(this.#wasReady ? "open again" : "open");
      this.#wasReady = true;
      this.#sayWhetherWatched();
    } else if (message.type === "signals") {
      if (message.changed.length > 0) this.onChanged(message.changed);
      if (message.requests.length + message.missed > 0)
        for (const watcher of this.#watchers) watcher(message.requests, message.missed);
    }
  }

  #sayWhetherWatched(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify({ type: "watch", requests: this.#watchers.size > 0 }));
  }
}
