import type { DeclaredAlias } from "#config/declared/declarations.ts";
import type { AliasBody } from "#config/declared/schemas.ts";
import { toNewAlias } from "#control/resources/aliases.ts";
import type { AliasRow, NewAlias } from "#control/store/store.ts";
import { knownBudgets, withoutDowngrades } from "./budgets.ts";
import type { DeclaredDeps } from "./deps.ts";
import type { DeclaredKind, Fields } from "./kind.ts";
import type { Names } from "./names.ts";
import type { Deed } from "./report.ts";
import { only } from "./teams.ts";

type AliasFields = Fields & NewAlias;

export class DeclaredAliases implements DeclaredKind<AliasBody, AliasRow> {
  readonly kind = "alias";
  readonly #deps: DeclaredDeps;
  readonly #names: Names;

  constructor(deps: DeclaredDeps, names: Names) {
    this.#deps = deps;
    this.#names = names;
  }

  identityOf({ name, body: { team } }: DeclaredAlias): string {
    return team === null ? name : `${name} of ${team}`;
  }

  find(id: string): Promise<AliasRow | undefined> {
    return this.#deps.store.aliases.find(id, "all");
  }

  async findSame({ name, body: { team } }: DeclaredAlias): Promise<AliasRow | undefined> {
    const teamId = team === null ? null : await this.#names.findTeam(team);
    const all = await this.#deps.store.aliases.list(null, "all");
    return all.find((row) => row.name === name && row.teamId === teamId);
  }

  async wanted({ body }: DeclaredAlias, row: AliasRow | undefined): Promise<AliasFields> {
    const { team, was: _was, budgets, ...rest } = body;
    const teamId = team === null ? null : await this.#names.teamId(team);
    const known = knownBudgets(budgets, row?.budgets, this.#deps.steadyTime.now());
    const given = { ...rest, team_id: teamId, budgets: known };
    const before = row ?? null;
    // A name that it has already is no other's.
    const snapshot = row?.name === body.name ? () => emptyOf(this.#deps.snapshot()) : this.#deps.snapshot;
    const fields = await toNewAlias({ ...this.#deps, snapshot }, given, { reach: "all", before });
    return { ...fields };
  }

  async present(row: AliasRow): Promise<Fields> {
    return { ...row };
  }

  create(_thing: DeclaredAlias, wanted: AliasFields): Promise<AliasRow> {
    return this.#deps.store.aliases.create(wanted);
  }

  async change(_thing: DeclaredAlias, row: AliasRow, fields: readonly string[], wanted: AliasFields): Promise<void> {
    await this.#deps.store.aliases.update(row.id, only(wanted, fields), "all");
  }

  async letGo({ id }: AliasRow): Promise<Deed> {
    await this.#deps.store.aliases.remove(id, "all");
    return "removed";
  }

  alone(thing: DeclaredAlias): DeclaredAlias {
    const { fallbacks: _fallbacks, shadow: _shadow, budgets, ...body } = thing.body;
    return { ...thing, body: { ...body, budgets: withoutDowngrades(budgets) } };
  }
}

type Snapshot = ReturnType<DeclaredDeps["snapshot"]>;

/** In which no model has any name. */
function emptyOf(snapshot: Snapshot): Snapshot {
  return { ...snapshot, models: new Map(), providers: new Map() };
}
