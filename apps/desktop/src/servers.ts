// The list of servers: how each is, and what is done with it.

import { commands } from "./commands.ts";
import type { Overview, Server } from "./commands.ts";
import { element, field } from "./element.ts";
import { button, say } from "./notes.ts";
import { figuresOf, wordsOf } from "./words.ts";

export function serverList({ servers }: Overview): HTMLElement {
  const rows = servers.map(rowOf);
  const nothing = element(
    "p",
    { class: "empty" },
    "There is no server yet. Add one below, or start one on this machine.",
  );
  return element(
    "section",
    { label: "Servers" },
    element("h2", {}, "Servers"),
    ...(rows.length === 0 ? [nothing] : rows),
  );
}

function rowOf(server: Server): HTMLElement {
  const { text, look } = wordsOf(server.standing.reach);
  const isRefused = server.standing.reach.state === "certificate_changed";
  return element(
    "article",
    { class: server.is_chosen ? "server chosen" : "server", label: server.name },
    element(
      "div",
      { class: "line" },
      element("span", { class: `dot ${look}` }),
      element("strong", {}, server.name),
      element("span", { class: look }, text),
      element("span", { class: "push" }),
      isRefused ? null : button("Open", () => commands.openServer(server.id), "main"),
    ),
    element(
      "p",
      { class: "faint" },
      [server.url, figuresOf(server.standing)].filter((part) => part !== "").join(" · "),
    ),
    isRefused ? warningOf(server) : null,
    ...server.standing.attention
      .slice(0, 4)
      .map(({ text: words, level }) => element("p", { class: level === "error" ? "bad" : "warn" }, words)),
    moreOf(server),
  );
}

function warningOf(server: Server): HTMLElement {
  const { reach } = server.standing;
  const shown = reach.state === "certificate_changed" ? reach.shown : "";
  return element(
    "div",
    { class: "alarm", role: "alert" },
    element("strong", {}, "This server shows another certificate than the one you trusted."),
    element(
      "p",
      {},
      "Somebody may be standing between you and it. Nothing was sent: no key, no password, no request. Ask whoever runs the server whether its certificate was replaced. If it was, compare the new fingerprint, remove this server and add it anew.",
    ),
    element("p", {}, "Trusted: ", element("code", {}, server.fingerprint ?? "one of an authority")),
    element("p", {}, "Shown: ", element("code", {}, shown)),
  );
}

function moreOf(server: Server): HTMLElement {
  const key = element("input", { type: "password", autocomplete: "off", placeholder: "gk-…" });
  const save = button("Keep", async () => {
    const typed = key.value.trim();
    key.value = "";
    await commands.setKey(server.id, typed === "" ? null : typed);
    say(typed === "" ? "The key is forgotten." : "The key is kept.");
  });
  const isLocal = server.id === "local";
  const remove = button("Remove this server", () => commands.removeServer(server.id), "danger");
  return element(
    "details",
    {},
    element("summary", {}, server.has_key ? "Key and more" : "No key: the tray shows its health alone"),
    server.fingerprint === null ? null : element("p", {}, "Pinned: ", element("code", {}, server.fingerprint)),
    isLocal
      ? element("p", { class: "faint" }, "Its key is in its own folder.")
      : element("div", { class: "line" }, field("Another key", key, "Left empty: the key is forgotten."), save),
    remove,
  );
}
