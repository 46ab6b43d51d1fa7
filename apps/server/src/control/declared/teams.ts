import type { DeclaredTeam } from "#config/declared/declarations.ts";
import type { TeamBody } from "#config/declared/schemas.ts";
import { invalid } from "#control/resources/fields.ts";
import { toNewTeam } from "#control/resources/teams.ts";
import type { NewTeam, TeamRow } from "#control/store/team-store.ts";
import { knownBudgets, withoutDowngrades } from "./budgets.ts";
import type { DeclaredDeps } from "./deps.ts";
import type { DeclaredKind, Fields } from "./kind.ts";
import type { Names } from "./names.ts";
import type { Deed } from "./report.ts";

type TeamFields = Fields & Omit<NewTeam, "organisationId">;

export class DeclaredTeams implements DeclaredKind<TeamBody, TeamRow> {
  readonly kind = "team";
  readonly #deps: DeclaredDeps;
  readonly #names: Names;

  constructor(deps: DeclaredDeps, names: Names) {
    this.#deps = deps;
    this.#names = names;
  }

  identityOf({ name }: DeclaredTeam): string {
    return name;
  }

  find(id: string): Promise<TeamRow | undefined> {
    return this.#deps.store.teams.find(id, "all");
  }

  async findSame({ name }: DeclaredTeam): Promise<TeamRow | undefined> {
    const id = await this.#names.findTeam(name);
    return id === undefined ? undefined : this.find(id);
  }

  async wanted({ body }: DeclaredTeam, row: TeamRow | undefined): Promise<TeamFields> {
    const { organisation, was: _was, budgets, ...rest } = body;
    const organisationId = await this.#names.organisationId(organisation);
    if (row !== undefined && row.organisationId !== organisationId)
      throw invalid("organisation", "A team stays with its organisation: give the other one another name");
    const { store, steadyTime } = this.#deps;
    const given = {
      ...rest,
      organisation_id: organisationId,
      budgets: knownBudgets(budgets, row?.budgets, steadyTime.now()),
    };
    const { organisationId: _, ...fields } = await toNewTeam({ store, steadyTime }, given, row ?? null);
    return { ...fields };
  }

  async present(row: TeamRow): Promise<Fields> {
    return { ...row };
  }

  async create({ body }: DeclaredTeam, wanted: TeamFields): Promise<TeamRow> {
    const organisationId = await this.#names.organisationId(body.organisation);
    const row = await this.#deps.store.teams.create({ ...wanted, organisationId });
    this.#names.forgetTeams();
    return row;
  }

  async change(_thing: DeclaredTeam, row: TeamRow, fields: readonly string[], wanted: TeamFields): Promise<void> {
    await this.#deps.store.teams.update(row.id, only(wanted, fields), "all");
    if (fields.includes("name")) this.#names.forgetTeams();
  }

  /** It stays with its members and with what it has spent, and is an operator's from now on. */
  async letGo(): Promise<Deed> {
    return "kept";
  }

  alone(thing: DeclaredTeam): DeclaredTeam {
    return { ...thing, body: { ...thing.body, budgets: withoutDowngrades(thing.body.budgets) } };
  }
}

/** Those fields of all that are named. */
export function only<All extends Fields>(all: All, names: readonly string[]): Partial<All> {
  const chosen = Object.entries(all).filter(([name]) => names.includes(name));
  return Object.fromEntries(chosen) as Partial<All>;
}
