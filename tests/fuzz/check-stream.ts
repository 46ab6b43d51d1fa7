// A vendor's stream: read whole and in pieces, watched as it passes, and written for the clients of every dialect.

import { passageBetween } from "@ghostllm/llm";
import type { StreamTap } from "@ghostllm/llm";
import { collectEvents } from "../../packages/llm/src/testing/collect-events.ts";
import { cutAtRandom } from "../../packages/llm/src/testing/random.ts";
import type { Chance } from "../../packages/llm/src/testing/random.ts";
import type { VendorDialect } from "../../packages/llm/src/dialects/dialect.ts";
import { isOneIn } from "./case-chance.ts";
import { clients } from "./clients.ts";
import type { Client } from "./clients.ts";
import { bear, Broken, expectEqual } from "./expectations.ts";

type Events = ReturnType<ReturnType<VendorDialect["upstream"]["createStreamDecoder"]>["push"]>;

function decode({ upstream }: VendorDialect, pieces: readonly Buffer[]): Events {
  const decoder = upstream.createStreamDecoder();
  return [...pieces.flatMap((piece) => decoder.push(piece)), ...decoder.flush()];
}

interface Passed {
  readonly text: string;
  readonly usage: StreamTap["usage"];
  readonly ended: boolean;
  readonly failure: string | null;
}

function pass(tap: StreamTap, pieces: readonly Buffer[]): Passed {
  const parts = [...pieces.map((piece) => tap.push(piece)), tap.flush()].filter((part) => part !== null);
  return {
    text: Buffer.concat(parts).toString("latin1"),
    usage: tap.usage,
    ended: tap.ended,
    failure: tap.failure?.message ?? null,
  };
}

export function checkStream(vendor: VendorDialect, bytes: Buffer, chance: Chance): void {
  const pieces = cutAtRandom(bytes, chance);
  const events = decode(vendor, [bytes]);
  expectEqual("events in pieces", decode(vendor, pieces), events);
  const { isEnded, error } = collectEvents(events);
  if (isEnded === (error !== null)) throw new Broken("the events end neither well nor badly, or both");
  for (const client of clients) writeFor(client, vendor, events, chance);
  const client = chance.pick(clients);
  const request = chance.pick(client.requests);
  const passage = passageBetween(client.dialect, vendor, request.operation);
  const tapOf = (): StreamTap => passage.createStreamTap(request, {}, vendor.upstream.streamContentType);
  // Nobody catches what a tap throws, not even an error of the catalogue.
  expectEqual(`what ${client.dialect.name} is told in pieces`, pass(tapOf(), pieces), pass(tapOf(), [bytes]));
}

function writeFor({ dialect, requests }: Client, vendor: VendorDialect, events: Events, chance: Chance): void {
  const request = chance.pick(requests);
  if (dialect.name !== vendor.name || isOneIn(2, chance)) {
    const encoder = dialect.client.createStreamEncoder(request);
    for (const event of events) bear(() => encoder.encode(event));
  }
}

/** A stream of the dialect itself, which passes: the tap sees the same in any pieces, and leaves what it wrote as it is. */
export function checkTap({ dialect, requests }: Client, bytes: Buffer, chance: Chance): void {
  const request = chance.pick(requests);
  const quirks = chance.pick([{}, { streamUsage: "unasked" as const }]);
  const tapOf = (): StreamTap => dialect.upstream.createStreamTap(request, quirks);
  const whole = pass(tapOf(), [bytes]);
  expectEqual("what passes in pieces", pass(tapOf(), cutAtRandom(bytes, chance)), whole);
  const again = tapOf();
  if (again.isEventStream && whole.failure === null)
    expectEqual("what passes", pass(again, [Buffer.from(whole.text, "latin1")]).text, whole.text);
  dialect.upstream.readText(bytes.toString("utf8"), true);
  if (!isOneIn(5, chance)) return;
  const large = dialect.upstream.createLargeAnswerTap();
  expectEqual("what passes of a large answer", pass(large, cutAtRandom(bytes, chance)).text, bytes.toString("latin1"));
}
