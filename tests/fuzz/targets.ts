// Everything that reads bytes of others, with what its cases are made from.

import { dialects, vendorDialects } from "@ghostllm/llm";
import { notPlain, plain } from "../../apps/server/tests/plain-support/request-cases.ts";
import { readable, unfinished, unreadable } from "../../apps/server/tests/upstream-support/answer-cases.ts";
import type { Chance } from "../../packages/llm/src/testing/random.ts";
import { chanceOf, isOneIn } from "./case-chance.ts";
import { checkAnswer } from "./check-answer.ts";
import { checkHttp, checkPlainRequest } from "./check-http.ts";
import { checkRequest } from "./check-request.ts";
import { checkStream, checkTap } from "./check-stream.ts";
import { checkEventStream, checkFrames, checkLines, checkMembers, checkMultipart } from "./check-wire.ts";
import { clients } from "./clients.ts";
import { expectCleanPrototype } from "./expectations.ts";
import { mutate } from "./mutate.ts";
import type { SeedsOfDialects } from "./seeds.ts";
import { document, form, httpLines, messages, ndjson, sse } from "./shapes.ts";
import type { Shape } from "./shapes.ts";

export interface Target {
  /** Such as `gemini streams`. */
  readonly name: string;
  readonly shape: Shape;
  readonly seeds: readonly Buffer[];
  /** Other bytes that may come where those were expected. */
  readonly strangers?: readonly Buffer[];
  readonly check: (bytes: Buffer, chance: Chance) => void;
}

const shapesOfStreams: Readonly<Record<string, Shape>> = { ollama: ndjson, "bedrock-converse": messages };

const formText = [
  '--xYz\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n',
  '--xYz\r\nContent-Disposition: form-data; name="stream"\r\n\r\ntrue\r\n',
  '--xYz\r\ncontent-disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n\u0000\r\n--xY\r\n',
  "--xYz\r\nContent-Disposition: form-data; name=language\r\n\r\nen\r\n--xYz--\r\n",
].join("");

function* targetsOf(seeds: SeedsOfDialects): Generator<Target> {
  for (const vendor of Object.values(vendorDialects)) {
    const { streams = [], answers = [] } = seeds.get(vendor.name) ?? {};
    const shape = shapesOfStreams[vendor.name] ?? sse;
    const check: Target["check"] = (bytes, chance) => checkStream(vendor, bytes, chance);
    yield { name: `${vendor.name} streams`, shape, seeds: streams, strangers: answers, check };
    yield {
      name: `${vendor.name} answers`,
      shape: document,
      seeds: answers,
      strangers: streams,
      check: (bytes, chance) => checkAnswer(vendor, bytes, chance),
    };
  }
  for (const client of clients) {
    const { name } = client.dialect;
    const { streams = [], answers = [], requests = [] } = seeds.get(name) ?? {};
    const shape = shapesOfStreams[name] ?? sse;
    const checkPassing: Target["check"] = (bytes, chance) => checkTap(client, bytes, chance);
    yield { name: `${name} taps`, shape, seeds: streams, strangers: answers, check: checkPassing };
    const check: Target["check"] = (bytes, chance) => checkRequest(client.dialect, bytes, chance);
    yield { name: `${name} requests`, shape: document, seeds: requests, check };
  }
}

/** Those that are answers and those that are none. */
function httpSeeds(): readonly Buffer[] {
  const texts = [
    ...Object.values(readable).map(({ text }) => text),
    ...Object.values({ ...unreadable, ...unfinished }),
  ];
  return texts.filter((text) => text !== "" && text.length < 1_000).map((text) => Buffer.from(text, "latin1"));
}

/** Those that our own server takes, and those that it leaves to Node's. */
function requestSeeds(): readonly Buffer[] {
  const texts = Object.values({ ...plain, ...notPlain });
  return texts.filter((text) => text !== "" && text.length < 1_000).map((text) => Buffer.from(text, "latin1"));
}

function wireTargets(seeds: SeedsOfDialects): readonly Target[] {
  const streamsOf = (name: string): readonly Buffer[] => seeds.get(name)?.streams ?? [];
  const requests = Object.keys(dialects).flatMap((name) => seeds.get(name)?.requests ?? []);
  const events = ["openai-chat", "gemini", "anthropic-messages"].flatMap(streamsOf);
  return [
    { name: "wire frames", shape: sse, seeds: events, check: checkFrames },
    { name: "wire lines", shape: ndjson, seeds: streamsOf("ollama"), check: checkLines },
    { name: "wire event-stream", shape: messages, seeds: streamsOf("bedrock-converse"), check: checkEventStream },
    { name: "wire multipart", shape: form, seeds: [Buffer.from(formText)], check: checkMultipart },
    { name: "wire http", shape: httpLines, seeds: httpSeeds(), check: checkHttp },
    { name: "wire plain requests", shape: httpLines, seeds: requestSeeds(), check: checkPlainRequest },
    { name: "wire json-members", shape: document, seeds: requests, check: checkMembers },
  ];
}

export function listTargets(seeds: SeedsOfDialects): readonly Target[] {
  return [...targetsOf(seeds), ...wireTargets(seeds)];
}

export function makeCase({ name, shape, seeds, strangers = [] }: Target, seed: number, number: number): Buffer {
  const chance = chanceOf(name, seed, number);
  const isStrange = strangers.length > 0 && isOneIn(50, chance);
  return mutate(isStrange ? strangers : seeds, isStrange ? document : shape, chance);
}

export function runCase(target: Target, bytes: Buffer, seed: number, number: number): void {
  target.check(bytes, chanceOf(target.name, seed, number, "check"));
  expectCleanPrototype();
}
