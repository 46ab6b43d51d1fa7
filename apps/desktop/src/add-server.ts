// The form for another server, in two steps: it is looked at, and then added with what was compared.

import { commands } from "./commands.ts";
import type { Looked, Trust } from "./commands.ts";
import { element, field } from "./element.ts";
import { attempt, button, say } from "./notes.ts";

export interface AddForm {
  readonly element: HTMLElement;
  /** From a link: nothing is sent. */
  fillIn(url: string): void;
}

export function addForm(): AddForm {
  const url = element("input", {
    name: "url",
    isRequired: true,
    autocomplete: "off",
    placeholder: "https://llm.example.com:4433",
  });
  const second = element("div", {});
  const look = element("button", { type: "submit", class: "main" }, "Look at it");
  const form = element("form", { label: "Add a server" }, field("Address", url), look);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void attempt(async () => {
      second.replaceChildren();
      const looked = await commands.lookAtServer(url.value);
      second.replaceChildren(
        secondStep(looked, () => {
          second.replaceChildren();
          url.value = "";
        }),
      );
    }, look);
  });
  const fillIn = (given: string): void => {
    url.value = given;
    url.focus();
    say("A link wants this server to be added. Look at it only if you know where the link comes from.");
  };
  return {
    element: element("section", { label: "Another server" }, element("h2", {}, "Add a server"), form, second),
    fillIn,
  };
}

function secondStep(looked: Looked, done: () => void): HTMLElement {
  const name = element("input", { name: "name", autocomplete: "off", placeholder: new URL(looked.url).host });
  const key = element("input", { name: "key", type: "password", autocomplete: "off", placeholder: "gk-…" });
  const fingerprint = looked.trust.kind === "fingerprint" ? looked.trust.fingerprint : null;
  const add = button(
    fingerprint === null ? "Add it" : "It is the same: trust it and add it",
    async () => {
      const id = await commands.addServer({ url: looked.url, name: name.value, fingerprint, key: key.value });
      key.value = "";
      done();
      await commands.openServer(id);
    },
    "main",
  );
  return element(
    "div",
    { class: "step" },
    ...wordsOfTrust(looked.trust),
    field("Name", name),
    field(
      "Key, for the tray and for notices",
      key,
      "Of yours, or the admin key. It is kept with your credentials and goes to this server alone. Without one only its health is shown; in its window you sign in as in a browser.",
    ),
    element(
      "div",
      { class: "line" },
      add,
      button("Not now", () => Promise.resolve(done())),
    ),
  );
}

function wordsOfTrust(trust: Trust): readonly HTMLElement[] {
  switch (trust.kind) {
    case "this_machine":
      return [element("p", { class: "good" }, "It is on this machine.")];
    case "authority":
      return [element("p", { class: "good" }, "An authority that this machine trusts vouches for its certificate.")];
    case "fingerprint":
      return [
        element(
          "p",
          { class: "warn" },
          "Nobody vouches for its certificate. Compare this with what the server printed when it was started, or with `ghostllm tls list` there:",
        ),
        element("p", {}, element("code", { class: "fingerprint" }, trust.fingerprint)),
      ];
  }
}
