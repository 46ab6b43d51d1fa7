// One client through all scenarios, one after the other.

import { DriverProcess } from "./driver-process.ts";
import type { Command } from "./driver-process.ts";
import { faultsOf } from "./expect.ts";
import { providerName } from "./gateway.ts";
import type { Keys, Stage } from "./gateway.ts";
import { scenarios } from "./scenarios.ts";
import type { Scenario } from "./scenarios.ts";
import type { ClientDefinition, DialectName, DriverAnswer, Job } from "./sdk.ts";
import { Tap } from "./tap.ts";
import { chatModel, embeddingModel } from "./vendor/dialect.ts";
import { story } from "./vendor/vendor.ts";

/** Longer than a limit of 10 tokens. */
const prompt = "Please count from one to four in English words, with nothing before them and nothing after them.";

export interface Cell {
  readonly client: string;
  readonly scenario: string;
  /** The format of the vendor. */
  readonly vendor: DialectName;
  readonly faults: readonly string[];
  readonly raised: string | null;
  readonly status: number | null;
  readonly message: string | null;
  readonly requests: number;
  readonly pauses: readonly number[];
  readonly vendorRequests: number;
  /** Of cells with faults: what went over the wire between client and gateway. */
  readonly transcript?: string;
}

interface Parts {
  readonly client: ClientDefinition;
  readonly stage: Stage;
  readonly tap: Tap;
  readonly keys: Keys;
  readonly driver: DriverProcess;
}

export interface Wish {
  readonly client: ClientDefinition;
  readonly command: Command;
  readonly folder: string;
  /** Only these scenarios. */
  readonly isWanted: (scenario: string) => boolean;
}

export async function play(stage: Stage, { client, command, folder, isWanted }: Wish): Promise<readonly Cell[]> {
  const keys = await stage.prepare(client.name, [client.dialect, client.across]);
  const tap = new Tap(stage.port);
  await tap.listen();
  const parts = { client, stage, tap, keys };
  let driver = new DriverProcess(command, folder);
  const cells: Cell[] = [];
  for (const { scenario, vendor } of planFor(client)) {
    if (!isWanted(scenario.name)) continue;
    try {
      cells.push(await playOne({ ...parts, driver }, scenario, vendor));
    } catch (error) {
      cells.push(broken({ ...parts, driver }, scenario, vendor, String(error)));
      driver.close();
      driver = new DriverProcess(command, folder);
    }
  }
  driver.close();
  tap.close();
  return cells;
}

function planFor({ dialect, across, operations }: ClientDefinition) {
  const possible = scenarios.filter(({ operation }) => operations.includes(operation));
  const straight = possible.map((scenario) => ({ scenario, vendor: dialect }));
  const crossed = possible.filter(({ isLocal }) => isLocal !== true).map((scenario) => ({ scenario, vendor: across }));
  return [...straight, ...crossed];
}

async function playOne(parts: Parts, scenario: Scenario, vendor: DialectName): Promise<Cell> {
  const { client, stage, tap, driver } = parts;
  tap.begin();
  const before = stage.vendor.askedBy(client.name);
  const answer = await driver.ask(jobFor(parts, scenario, vendor));
  const { requests, pauses, transcript } = tap;
  const observed = { answer, requests, pauses, vendorRequests: stage.vendor.askedBy(client.name) - before };
  const faults = faultsOf(client, scenario, observed);
  const cell = { client: client.name, scenario: scenario.name, vendor, faults, ...told(answer), requests, pauses };
  return { ...cell, vendorRequests: observed.vendorRequests, ...(faults.length > 0 && { transcript }) };
}

function told({ error }: DriverAnswer) {
  return { raised: error?.class ?? null, status: error?.status ?? null, message: error?.message ?? null };
}

/** The driver had no answer. */
function broken({ client, tap }: Parts, scenario: Scenario, vendor: DialectName, fault: string): Cell {
  const { requests, pauses, transcript } = tap;
  const cell = { client: client.name, scenario: scenario.name, vendor, faults: [fault], requests, pauses, transcript };
  return { ...cell, raised: null, status: null, message: null, vendorRequests: 0 };
}

function jobFor({ client, tap, keys }: Parts, scenario: Scenario, vendor: DialectName): Job {
  const { operation, fault, key = "good", isUnknownModel } = scenario;
  const provider = isUnknownModel === true ? `${client.name}-nowhere` : providerName(client.name, fault, vendor);
  return {
    api: client.api,
    operation,
    url: tap.url,
    key: key === "wrong" ? "gk-nobodysxxxxx-0123456789abcdef" : keys[key],
    model: `${provider}/${operation === "embeddings" ? embeddingModel : chatModel}`,
    prompt: operation === "tools" ? "How warm is it in Paris?" : prompt,
    tool: { name: story.toolName, result: story.toolResult },
  };
}
