/** The package ships no types; these are the parts that are used. */
declare module "ws" {
  import type { EventEmitter } from "node:events";
  import type { IncomingMessage } from "node:http";
  import type { Duplex } from "node:stream";

  export class WebSocket extends EventEmitter {
    constructor(url: string, options?: { readonly headers?: Readonly<Record<string, string>> });
    /** Bytes that are not with the kernel yet. */
    readonly bufferedAmount: number;
    send(data: string): void;
    ping(): void;
    close(code?: number, reason?: string): void;
    terminate(): void;
  }

  export class WebSocketServer extends EventEmitter {
    constructor(options: {
      readonly noServer: true;
      readonly maxPayload: number;
      readonly perMessageDeflate: boolean;
      readonly clientTracking: boolean;
    });
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      callback: (connection: WebSocket) => void,
    ): void;
  }
}
