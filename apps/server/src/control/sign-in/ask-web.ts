/** A request of the control plane, which opens no sockets itself. Follows no redirect; rejects where no answer came, or nobody may ask there. */
export type AskWeb = (request: WebRequest) => Promise<WebAnswer>;

export interface WebRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
}

export interface WebAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
