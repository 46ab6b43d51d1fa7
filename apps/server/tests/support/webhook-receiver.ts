// Who is told by a webhook, over real HTTP: notes what comes, looks at its signature as a receiver has to, and answers as it is told to.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { CloudEvent } from "@ghostllm/contract/events";

export interface Received {
  readonly event: CloudEvent;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly at: number;
}

type Answer = (response: ServerResponse, received: Received) => void;

export const answers = {
  ok: (response: ServerResponse): void => void response.writeHead(204).end(),
  status:
    (status: number, headers: Readonly<Record<string, string>> = {}): Answer =>
    (response) =>
      void response.writeHead(status, headers).end("no"),
  never: (): void => {},
};

export class WebhookReceiver {
  readonly received: Received[] = [];
  answer: Answer = answers.ok;
  /** Also when it is closed: another one may take its place. */
  port = 0;
  readonly #server = createServer((request, response) => void this.#take(request, response));

  static async start(port = 0): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(port, "127.0.0.1", resolve));
    receiver.port = (receiver.#server.address() as AddressInfo).port;
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook?of=ghostllm`;
  }

  get events(): readonly CloudEvent[] {
    return this.received.map(({ event }) => event);
  }

  ofType(name: string): readonly CloudEvent[] {
    return this.events.filter(({ type }) => type === `ghostllm.${name}`);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await buffer(request)).toString("utf8");
    const event = JSON.parse(body) as CloudEvent;
    const received = { event, headers: request.headers, body, at: performance.now() };
    this.received.push(received);
    this.answer(response, received);
  }
}

/** As Standard Webhooks says. */
export function isSigned({ headers, body }: Received, secret: string): boolean {
  const [id, timestamp, given] = ["id", "timestamp", "signature"].map((name) => String(headers[`webhook-${name}`]));
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const wanted = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300;
  const signature = Buffer.from((given ?? "").replace(/^v1,/, ""), "base64");
  return isFresh && signature.length === wanted.length && timingSafeEqual(signature, wanted);
}
