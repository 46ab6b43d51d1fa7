// What is wrong with what a client got, in words; nothing for a client that got what it must.

import { isDeepStrictEqual } from "node:util";
import type { ClientDefinition, DriverAnswer } from "./sdk.ts";
import type { Scenario } from "./scenarios.ts";
import { chatModel, vector } from "./vendor/dialect.ts";
import { story } from "./vendor/vendor.ts";

export interface Observed {
  readonly answer: DriverAnswer;
  /** Of the client, to the gateway. */
  readonly requests: number;
  /** Seconds between them. */
  readonly pauses: readonly number[];
  readonly vendorRequests: number;
}

export function faultsOf(client: ClientDefinition, scenario: Scenario, observed: Observed): readonly string[] {
  const { answer } = observed;
  const failure = scenario.raises === undefined ? success(scenario, answer) : failed(client, scenario, answer);
  return [...failure, ...text(client, scenario, answer), ...counted(client, scenario, observed)];
}

function success({ operation }: Scenario, answer: DriverAnswer): readonly string[] {
  if (answer.error !== undefined) return [`raised ${answer.error.class}: ${answer.error.message}`];
  const faults: string[] = [];
  const { calls = [], vectors, models = [] } = answer;
  const call = { name: story.toolName, arguments: story.toolArguments };
  if (operation === "tools" && !isDeepStrictEqual(calls, [call])) faults.push(`was told of ${JSON.stringify(calls)}`);
  if (operation === "embeddings" && !isDeepStrictEqual(vectors, [vector.length, vector.length])) {
    faults.push(`got vectors of ${JSON.stringify(vectors)}`);
  }
  if (operation === "models" && !models.some((name) => name.includes(chatModel))) {
    faults.push(`lists ${JSON.stringify(models.slice(0, 5))}`);
  }
  return faults;
}

function failed(client: ClientDefinition, scenario: Scenario, answer: DriverAnswer): readonly string[] {
  const { name, status, says } = scenario;
  const { error, text: said, finish } = answer;
  const isSwallowed = client.swallows?.includes(name) === true;
  if (error === undefined) {
    return isSwallowed ? [] : [`SILENT: "${said}" (${finish ?? "no finish"}) is taken for the whole answer`];
  }
  const faults: string[] = [];
  if (isSwallowed) faults.push(`raised ${error.class}, which it is said to keep to itself`);
  const expected = classesFor(client, scenario);
  if (!expected.includes(error.class)) {
    faults.push(`raised ${error.class} (${error.message.slice(0, 200)}), not ${expected.join(" or ")}`);
  }
  const isStatusWrong = status !== undefined && error.status !== status && client.hidesStatus !== true;
  if (isStatusWrong) faults.push(`says status ${error.status}, not ${status}`);
  const isMessageWrong = says !== undefined && !says.test(error.message) && client.isTaciturn !== true;
  if (isMessageWrong) faults.push(`says "${error.message.slice(0, 300)}", which lacks ${says}`);
  return faults;
}

function classesFor({ raises }: ClientDefinition, { raises: troubles = [] }: Scenario): readonly string[] {
  return [troubles].flat().flatMap((trouble) => raises[trouble]);
}

function text(client: ClientDefinition, { text: expected, raises }: Scenario, answer: DriverAnswer): readonly string[] {
  const said = (answer.text ?? "").trim();
  const isBuffered = client.buffers === true && raises !== undefined && said === "";
  if (expected === undefined || said === expected || isBuffered) return [];
  return [`delivered "${said}", not "${expected}"`];
}

function counted(client: ClientDefinition, scenario: Scenario, observed: Observed): readonly string[] {
  const { requests, vendorRequests, pauses } = observed;
  const faults: string[] = [];
  const { requests: most, obeys } = client.persistence;
  const isOnce = scenario.isHopeless === true && (obeys || scenario.raises === "broken");
  if (isOnce && requests > 1)
    faults.push(`asked the gateway ${requests} times, again after ${pauses.map(rounded).join(", ")} s`);
  if (requests > most && scenario.raises !== undefined) faults.push(`asked the gateway ${requests} times`);
  const allowed = (scenario.vendorRequests ?? 2) * Math.max(requests, 1);
  if (vendorRequests > allowed) faults.push(`the vendor was asked ${vendorRequests} times for ${requests} requests`);
  return faults;
}

export const rounded = (seconds: number): string => seconds.toFixed(1);
