// Ids of what the file names: teams, organisations and users. Read once for a file, since a store may have thousands of teams.

import { readAll } from "#control/store/page.ts";
import type { Store } from "#control/store/store.ts";
import { invalid } from "#control/resources/fields.ts";

export class Names {
  readonly #store: Pick<Store, "teams" | "organisations" | "users">;
  #teams: Promise<ReadonlyMap<string, string>> | null = null;
  #organisations: Promise<ReadonlyMap<string, string>> | null = null;

  constructor(store: Pick<Store, "teams" | "organisations" | "users">) {
    this.#store = store;
  }

  /** To be called when a team has come or has another name. */
  forgetTeams(): void {
    this.#teams = null;
  }

  async teamId(name: string): Promise<string> {
    const known = await this.findTeam(name);
    if (known === undefined) throw invalid("team", `There is no team '${name}'`);
    return known;
  }

  async findTeam(name: string): Promise<string | undefined> {
    const { teams } = this.#store;
    this.#teams ??= readAll((page) => teams.list(page, "all")).then(byName);
    return (await this.#teams).get(name);
  }

  async organisationId(name: string | null): Promise<string | null> {
    if (name === null) return null;
    const { organisations } = this.#store;
    this.#organisations ??= readAll((page) => organisations.list(page, "all")).then(byName);
    const id = (await this.#organisations).get(name);
    if (id === undefined) throw invalid("organisation", `There is no organisation '${name}'`);
    return id;
  }

  async userId(email: string): Promise<string> {
    const id = await this.#store.users.idOf(email);
    if (id === undefined) throw invalid("user", `There is no user '${email}'`);
    return id;
  }
}

function byName(rows: readonly { readonly id: string; readonly name: string }[]): ReadonlyMap<string, string> {
  return new Map(rows.map(({ id, name }) => [name, id]));
}
