// The server on this machine: started, stopped, and what it says.

import { commands } from "./commands.ts";
import type { Overview } from "./commands.ts";
import { element } from "./element.ts";
import { attempt, button, say } from "./notes.ts";

export function localServer({ local }: Overview): HTMLElement {
  const isRunning = local.state === "running";
  const log = element("pre", { class: "log", label: "What it says" });
  const details = element("details", {}, element("summary", {}, "What it says"), log);
  details.addEventListener("toggle", () => void attempt(() => readInto(log)));
  const first = button("Copy the first password", async () => {
    const email = await commands.copyLocalPassword();
    say(`The password is in the clipboard. Sign in as ${email}, and change it.`);
  });
  return element(
    "section",
    { label: "This machine" },
    element("h2", {}, "On this machine"),
    element(
      "div",
      { class: "line" },
      element("span", { class: `dot ${isRunning ? "good" : "faint"}` }),
      element("span", {}, isRunning ? "A server runs here." : stopped(local.ended)),
      element("span", { class: "push" }),
      isRunning ? first : null,
      isRunning ? button("Stop it", commands.stopLocalServer) : button("Start one", commands.startLocalServer, "main"),
    ),
    isRunning || local.ended !== null ? details : null,
  );
}

function stopped(ended: string | null): string {
  return ended === null ? "No server runs here." : `No server runs here: ${ended}.`;
}

async function readInto(log: HTMLElement): Promise<void> {
  const lines = await commands.localServerLog();
  log.textContent = lines.length === 0 ? "Nothing yet." : lines.join("\n");
  log.scrollTop = log.scrollHeight;
}
