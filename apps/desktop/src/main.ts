// The local page: servers, what waits, the local server, settings. Invariant: what somebody types stays while servers are looked at.

import { addForm } from "./add-server.ts";
import { commands, onChanged } from "./commands.ts";
import type { Overview, Wish } from "./commands.ts";
import { waiting } from "./consents.ts";
import { element } from "./element.ts";
import { localServer } from "./local-server.ts";
import { attempt, notes, say } from "./notes.ts";
import { serverList } from "./servers.ts";
import { settingsForm } from "./settings.ts";

/** A part of the page that is made anew when what it shows is another thing than before. */
class Part {
  readonly element = element("div", {});
  readonly #make: (overview: Overview) => HTMLElement | null;
  readonly #of: (overview: Overview) => unknown;
  #shown = "";

  constructor(make: (overview: Overview) => HTMLElement | null, of: (overview: Overview) => unknown) {
    this.#make = make;
    this.#of = of;
  }

  show(overview: Overview): void {
    const wanted = JSON.stringify(this.#of(overview));
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    const open = [...this.element.querySelectorAll("details")].map((details) => details.open);
    this.element.replaceChildren(...[this.#make(overview)].filter((made) => made !== null));
    for (const [place, details] of this.element.querySelectorAll("details").entries()) {
      details.open = open[place] ?? false;
    }
  }
}

const parts = [
  new Part(waiting, ({ servers }) => servers.map(({ id, name, standing }) => [id, name, standing.consents])),
  new Part(serverList, ({ servers }) => servers),
  new Part(localServer, ({ local }) => local),
  new Part(settingsForm, ({ settings, starts_with_session, credentials }) => [
    settings,
    starts_with_session,
    credentials,
  ]),
];
const [consents, servers, local, settings] = parts.map((part) => part.element);
const add = addForm();

function grant(wish: Wish | null): void {
  if (wish === null) return;
  if (wish.kind === "add") return add.fillIn(wish.url);
  if (wish.kind === "warning") return say(wish.sentence, "bad");
  const place = document.querySelector("#waiting");
  if (place === null) say("Nothing waits for a decision any more.");
  else place.scrollIntoView();
}

async function refresh(): Promise<void> {
  const overview = await commands.overview();
  for (const part of parts) part.show(overview);
  grant(overview.wish);
}

function followTheme(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const show = (): void => {
    document.documentElement.dataset["theme"] = dark.matches ? "dark" : "light";
  };
  dark.addEventListener("change", show);
  show();
}

followTheme();
document
  .querySelector("#page")
  ?.append(
    element("h1", {}, "GhostLLM"),
    notes,
    ...[consents, servers].filter((part) => part !== undefined),
    add.element,
    ...[local, settings].filter((part) => part !== undefined),
  );
void attempt(async () => {
  await onChanged(() => void attempt(refresh));
  await refresh();
});
