// What servers on one PostgreSQL tell each other by NOTIFY, over a connection of its own. Called by control/instances. Invariant: news
// may be lost while the connection is, so what they bring about comes about without them, too.

import { Client } from "pg";

/** Texts that other servers on this database have told. */
export interface News {
  /** What `pg_notify` calls it. */
  readonly channel: string;
  /** Bytes that one may have at most. */
  readonly mostBytes: number;
  /** Answers how to stop. */
  listen(onNews: (text: string) => void): () => Promise<void>;
}

const newsChannel = "ghostllm";
const againMs = 1_000;
const connectTimeoutMs = 2_000;

export function postgresNews(url: string): News {
  return {
    channel: newsChannel,
    mostBytes: 7_900,
    listen(onNews) {
      const listener = new Listener(url, onNews);
      return () => listener.close();
    },
  };
}

class Listener {
  readonly #url: string;
  readonly #onNews: (text: string) => void;
  #client: Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(url: string, onNews: (text: string) => void) {
    this.#url = url;
    this.#onNews = onNews;
    void this.#connect();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  /** A client of pg connects once: each try has its own. */
  async #connect(): Promise<void> {
    const client = new Client({
      connectionString: this.#url,
      application_name: "ghostllm news",
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    this.#client = client;
    client.on("error", () => this.#lose(client));
    client.on("end", () => this.#lose(client));
    client.on("notification", ({ payload }) => {
      if (payload !== undefined) this.#onNews(payload);
    });
    try {
      await client.connect();
      await client.query(`listen ${newsChannel}`);
    } catch {
      this.#lose(client);
    }
  }

  #lose(client: Client): void {
    if (this.#isClosed || this.#client !== client) return;
    this.#client = null;
    client.end().catch(() => undefined);
    this.#timer = setTimeout(() => void this.#connect(), againMs).unref();
  }
}
