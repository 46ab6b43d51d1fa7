import { expect, it } from "vitest";
import { faultsOf } from "./expect.ts";
import { asksOnce, always } from "./families/asks-once.ts";
import { scenarios } from "./scenarios.ts";
import type { ClientDefinition, DriverAnswer } from "./sdk.ts";

const client: ClientDefinition = {
  name: "a-client",
  api: "chat",
  dialect: "openai-chat",
  across: "anthropic-messages",
  operations: ["plain", "stream"],
  raises: always("ApiError"),
  persistence: { ...asksOnce, requests: 3 },
  keepAlive: "comments",
};

function judge(scenarioName: string, answer: DriverAnswer, counts: object = {}): readonly string[] {
  const scenario = scenarios.find(({ name }) => name === scenarioName);
  if (scenario === undefined) throw new Error(`there is no scenario ${scenarioName}`);
  return faultsOf(client, scenario, { answer, requests: 1, pauses: [], vendorRequests: 1, ...counts });
}

const error = { class: "ApiError", status: 200, message: "the vendor broke off" };

it("a client that takes half an answer for a whole one is at fault", () => {
  expect(judge("early end", { text: "one two " })).toEqual([expect.stringMatching(/^SILENT: "one two "/)]);
});

it("a client that is told of the break after what was said is right", () => {
  expect(judge("early end", { text: "one two ", error })).toEqual([]);
});

it("text that was said before the break must reach the client", () => {
  expect(judge("early end", { text: "", error })).toEqual(['delivered "", not "one two"']);
});

it("another class than the client's own for the trouble is a fault", () => {
  const [fault] = judge("cut", { text: "one two ", error: { ...error, class: "TypeError" } });
  expect(fault).toMatch(/^raised TypeError .* not ApiError$/);
});

it("asking again for what cannot be cured is a fault", () => {
  const refused = { ...error, status: 502, message: "the credential was refused" };
  const faults = judge(
    "operator's key refused",
    { error: refused },
    { requests: 3, pauses: [0.5, 1], vendorRequests: 3 },
  );
  expect(faults).toEqual(["asked the gateway 3 times, again after 0.5, 1.0 s"]);
});
