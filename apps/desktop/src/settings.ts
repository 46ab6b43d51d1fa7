// Settings of this application.

import { commands } from "./commands.ts";
import type { Overview } from "./commands.ts";
import { element, field } from "./element.ts";
import { button, say } from "./notes.ts";

export function settingsForm({ settings, starts_with_session: starts, credentials, version }: Overview): HTMLElement {
  const session = element("input", { type: "checkbox", isChecked: starts });
  const tell = element("input", { type: "checkbox", isChecked: settings.notifications });
  const quiet = element("input", { type: "checkbox", isChecked: settings.quiet_hours !== null });
  const from = element("input", { type: "time", value: settings.quiet_hours?.from ?? "22:00", label: "From" });
  const to = element("input", { type: "time", value: settings.quiet_hours?.to ?? "07:00", label: "To" });
  const pause = element("input", { type: "number", min: "2", max: "3600", value: String(settings.poll_seconds) });
  const program = element("input", { value: settings.local_program ?? "", placeholder: "ghostllm on the PATH" });
  const save = button("Save", async () => {
    const saved = {
      ...settings,
      notifications: tell.checked,
      quiet_hours: quiet.checked ? { from: from.value, to: to.value } : null,
      poll_seconds: Number(pause.value),
      local_program: program.value.trim() === "" ? null : program.value.trim(),
    };
    await commands.saveSettings(saved, session.checked);
    say("Settings are saved.");
  });
  const check = (input: HTMLElement, text: string): HTMLElement => element("label", { class: "check" }, input, text);
  return element(
    "section",
    { label: "Settings" },
    element("h2", {}, "Settings"),
    check(session, "Start with the session, in the tray"),
    check(tell, "Tell of what needs attention"),
    element("div", { class: "line" }, check(quiet, "but not from"), from, element("span", {}, "to"), to),
    field("Seconds between two looks at servers", pause),
    field("Program of the local server", program, "The `ghostllm` to start, or the folder of its source."),
    save,
    element("p", { class: credentials.place === "file" ? "warn" : "faint", id: "credentials" }, credentials.sentence),
    element("p", { class: "faint" }, `GhostLLM Desktop ${version}. It comes, and is updated, as a package.`),
  );
}
