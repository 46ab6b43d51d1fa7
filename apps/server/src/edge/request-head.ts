import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";

/** What a client says before its body, and over which connection: as Node's `IncomingMessage` has it. */
export interface RequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket;
}

/** Headers that are added to an answer before it begins. */
export interface AddedHeaders {
  setHeader(name: string, value: string): unknown;
}
