/** The package ships no types; these are the parts that are used. */
declare module "ws" {
  import type { EventEmitter } from "node:events";
  import type { Agent, IncomingMessage } from "node:http";
  import type { LookupFunction } from "node:net";
  import type { SecureContext } from "node:tls";
  import type { Duplex } from "node:stream";

  interface ClientOptions {
    readonly headers?: Readonly<Record<string, string>>;
    readonly maxPayload?: number;
    readonly handshakeTimeout?: number;
    readonly perMessageDeflate?: boolean;
    readonly lookup?: LookupFunction;
    readonly secureContext?: SecureContext;
    readonly agent?: Agent;
    readonly rejectUnauthorized?: boolean;
  }

  export class WebSocket extends EventEmitter {
    constructor(url: string, options?: ClientOptions);
    /** Bytes that are not with the kernel yet. */
    readonly bufferedAmount: number;
    /** Nothing more is read until it is resumed. */
    readonly isPaused: boolean;
    readonly readyState: number;
    readonly OPEN: number;
    /** `whenLeft` is called with an error where it could not be sent. */
    send(data: string, whenLeft?: (error?: Error) => void): void;
    send(data: Buffer, options: { readonly binary: boolean }, whenLeft: (error?: Error) => void): void;
    ping(): void;
    pong(data: Buffer): void;
    pause(): void;
    resume(): void;
    close(code?: number, reason?: string): void;
    terminate(): void;
  }

  export class WebSocketServer extends EventEmitter {
    constructor(options: {
      readonly noServer: true;
      readonly maxPayload: number;
      readonly perMessageDeflate: boolean;
      readonly clientTracking: boolean;
      readonly autoPong?: boolean;
      readonly handleProtocols?: (offered: ReadonlySet<string>) => string | false;
    });
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      callback: (connection: WebSocket) => void,
    ): void;
  }
}
