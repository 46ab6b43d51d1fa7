import type { Client } from "@ghostllm/contract/client";
import type { Given } from "./fields.ts";

export interface CompatCall {
  /** Our admin API, as whoever has called. */
  readonly admin: Client;
  readonly credential: string;
  readonly body: Given;
  readonly query: Given;
  /** Epoch ms. */
  readonly now: number;
}

/** `METHOD /path` -> what it answers. */
export type CompatRoutes = Readonly<Record<string, (call: CompatCall) => Promise<unknown>>>;
