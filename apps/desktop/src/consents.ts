// Requests that wait for a decision, with all that the server tells of them.

import { commands } from "./commands.ts";
import type { Overview, Server, WaitingConsent } from "./commands.ts";
import { element } from "./element.ts";
import { button, say } from "./notes.ts";
import { timeOf } from "./words.ts";

export function waiting({ servers }: Overview): HTMLElement | null {
  const cards = servers.flatMap((server) => server.standing.consents.map((consent) => cardOf(server, consent)));
  if (cards.length === 0) return null;
  return element(
    "section",
    { id: "waiting", label: "Waiting for a decision" },
    element("h2", {}, "Waiting for a decision"),
    ...cards,
  );
}

function cardOf(server: Server, consent: WaitingConsent): HTMLElement {
  const note = element("input", { autocomplete: "off", placeholder: "A note; whoever is refused is told it" });
  const decide = (decision: "approve" | "refuse") => async (): Promise<void> => {
    await commands.decideConsent(server.id, consent.id, decision, note.value);
    say(decision === "approve" ? "It is approved: the same request passes once." : "It is refused.");
  };
  const deeds = element(
    "div",
    { class: "line" },
    note,
    button("Approve", decide("approve"), "main"),
    button("Refuse", decide("refuse"), "danger"),
  );
  return element(
    "article",
    { class: "server", label: `Request of ${consent.model}` },
    element(
      "div",
      { class: "line" },
      element("strong", {}, consent.model),
      element("span", { class: "faint" }, server.name),
    ),
    element(
      "dl",
      {},
      ...factsOf(consent).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
    ),
    consent.may_decide ? deeds : element("p", { class: "faint" }, "It is not yours to decide."),
  );
}

function factsOf(consent: WaitingConsent): readonly (readonly [string, string])[] {
  const found = consent.privacy.map(({ class: kind, count, action }) => `${count} × ${kind} (${action})`);
  return [
    ["Who", [consent.username, consent.key_name].filter((name) => name !== null).join(", with key ")],
    ["What", `${consent.operation}, some ${consent.prompt_tokens} tokens at the most`],
    ["May cost", consent.cost_usd === null ? "nobody can say" : `$${consent.cost_usd} at the most`],
    ["Held by", consent.policies.map(({ name }) => name).join(", ")],
    ["Found in it", found.length === 0 ? "nothing" : found.join(", ")],
    ["Waits until", timeOf(consent.ends_at)],
  ];
}
