// One line at the top of the page: what went wrong, or was done. It stays until the next one.

import { element } from "./element.ts";

export const notes = element("div", { class: "notes", role: "status" });

export function say(sentence: string, kind: "fine" | "bad" = "fine"): void {
  notes.replaceChildren(element("p", { class: `note ${kind}` }, sentence));
}

/** Says what goes wrong; a button is pressed once at a time. */
export async function attempt(work: () => Promise<unknown>, pressed: HTMLButtonElement | null = null): Promise<void> {
  if (pressed !== null) pressed.disabled = true;
  try {
    await work();
  } catch (error) {
    say(String(error), "bad");
  } finally {
    if (pressed !== null) pressed.disabled = false;
  }
}

export function button(text: string, act: () => Promise<unknown>, look = "plain"): HTMLButtonElement {
  const made = element("button", { type: "button", class: look }, text);
  made.addEventListener("click", () => void attempt(act, made));
  return made;
}
