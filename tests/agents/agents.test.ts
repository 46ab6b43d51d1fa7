// The coding agents that people put before a gateway, each with the settings of docs/clients.md: a loop of tools over three
// requests, with the vendor whose format they speak and across. Run by `npm run test:agents`; needs no network.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dialects } from "@ghostllm/llm";
import type { Agent } from "./clients/agent.ts";
import { claudeCode } from "./clients/claude-code.ts";
import { codex } from "./clients/codex.ts";
import { opencode } from "./clients/opencode.ts";
import { pi } from "./clients/pi.ts";
import { lastWords, Plot, roundCount } from "./plot.ts";
import { Stage } from "./stage.ts";
import type { Scene, VendorName } from "./stage.ts";
import { anthropicMessages } from "./vendors/anthropic-messages.ts";
import { gemini } from "./vendors/gemini.ts";
import { openaiChat } from "./vendors/openai-chat.ts";
import { openaiResponses } from "./vendors/openai-responses.ts";
import { isObject } from "./vendors/wire.ts";
import type { Wire } from "./vendors/wire.ts";

interface Case {
  readonly agent: Agent;
  readonly vendor: VendorName;
  /** In which the gateway must ask the vendor. */
  readonly wire: Wire;
  readonly model: string;
}

const straight: readonly Case[] = [
  { agent: claudeCode, vendor: "anthropic", wire: anthropicMessages, model: "claude-sonnet-4-5" },
  { agent: codex, vendor: "openai", wire: openaiResponses, model: "gpt-5" },
  { agent: opencode("@ai-sdk/anthropic"), vendor: "anthropic", wire: anthropicMessages, model: "claude-sonnet-4-5" },
  { agent: opencode("@ai-sdk/openai"), vendor: "openai", wire: openaiResponses, model: "gpt-5" },
  { agent: opencode("@ai-sdk/openai-compatible"), vendor: "openai", wire: openaiChat, model: "gpt-5" },
  { agent: opencode("@ai-sdk/google"), vendor: "google", wire: gemini, model: "gemini-2.5-pro" },
  { agent: pi("anthropic-messages"), vendor: "anthropic", wire: anthropicMessages, model: "claude-sonnet-4-5" },
  { agent: pi("openai-responses"), vendor: "openai", wire: openaiResponses, model: "gpt-5" },
  { agent: pi("openai-completions"), vendor: "openai", wire: openaiChat, model: "gpt-5" },
  { agent: pi("google-generative-ai"), vendor: "google", wire: gemini, model: "gemini-2.5-pro" },
];

const toAnthropic = { vendor: "anthropic", wire: anthropicMessages, model: "anthropic/claude-sonnet-4-5" } as const;
const toOpenai = { vendor: "openai", wire: openaiChat, model: "openai/gpt-5" } as const;
const toGoogle = { vendor: "google", wire: gemini, model: "google/gemini-2.5-pro" } as const;

const crossed: readonly Case[] = [
  { agent: claudeCode, ...toOpenai },
  { agent: claudeCode, ...toGoogle },
  { agent: codex, ...toAnthropic },
  { agent: codex, ...toGoogle },
  { agent: opencode("@ai-sdk/openai-compatible"), ...toAnthropic },
  { agent: opencode("@ai-sdk/openai-compatible"), ...toGoogle },
  { agent: opencode("@ai-sdk/anthropic"), ...toOpenai },
  { agent: opencode("@ai-sdk/google"), ...toAnthropic },
  { agent: pi("openai-completions"), ...toAnthropic },
  { agent: pi("openai-responses"), ...toGoogle },
  { agent: pi("anthropic-messages"), ...toOpenai },
  { agent: pi("google-generative-ai"), ...toOpenai },
];

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});

afterAll(() => stage.close());

function isMissing({ agent, wire }: Case): string | false {
  const unknown = [agent.wire, wire].find(({ dialect }) => !Object.hasOwn(dialects, dialect));
  if (unknown !== undefined) return `the gateway does not speak ${unknown.dialect} yet`;
  return agent.findProgram() === null && `${agent.name} has no program for ${process.platform}-${process.arch}`;
}

function expectLoop({ agent, wire }: Case, scene: Scene): void {
  const { vendor } = scene;
  expect(vendor.faults, scene.output).toEqual([]);
  expect(scene.overheard.filter(({ status }) => status >= 400)).toEqual([]);
  expect(scene.exitCode, scene.output).toBe(0);
  expect(scene.answer).toContain(lastWords);
  expect(vendor.wire?.dialect).toBe(wire.dialect);
  expect(vendor.sealsKept).toBe(wire.isSealing ? roundCount : 0);
  expect(vendor.toolNames).toEqual(toolsOffered(agent, scene));
  expect(scene.usage.map(({ status, total_tokens: total }) => ({ status, total }))).toEqual(
    Array.from({ length: vendor.chatCount }, () => ({ status: "ok", total: 1050 })),
  );
}

/** By the agent, in its last request. */
function toolsOffered({ wire }: Agent, { overheard }: Scene): readonly string[] {
  const asked = overheard.filter(({ path }) => wire.isChat(path.split("?", 1)[0] ?? ""));
  const bodies = asked.map(({ path, body }) => ({ path, body: JSON.parse(body) as unknown }));
  const offers = bodies.map(({ path, body }) => (isObject(body) ? wire.read({ path, body }, new Plot()).tools : []));
  return offers.findLast((tools) => tools.length > 0)?.map(({ name }) => name) ?? [];
}

describe("at the vendor whose format it speaks", () => {
  it.for(straight)("$agent.name: $model as $wire.dialect", async (one, { skip }) => {
    const missing = isMissing(one);
    if (missing !== false) skip(missing);
    const scene = await stage.play(one.agent, one.vendor, one.model);
    expectLoop(one, scene);
    const isChat = (path: string): boolean => one.agent.wire.isChat(path.split("?", 1)[0] ?? "");
    const sent = scene.overheard.filter(({ path }) => isChat(path)).map(({ body }) => body);
    const received = scene.vendor.received.filter(({ path }) => isChat(path)).map(({ text }) => text);
    expect(received.toSorted()).toEqual(sent.toSorted());
  });
});

describe("at a vendor of another format", () => {
  it.for(crossed)("$agent.name: $model as $wire.dialect", async (one, { skip }) => {
    const missing = isMissing(one);
    if (missing !== false) skip(missing);
    expectLoop(one, await stage.play(one.agent, one.vendor, one.model));
  });
});
