import type { DeclaredKey, DeclaredKeyBody } from "#config/declared/declarations.ts";
import { toBudgets } from "#control/resources/budget-fields.ts";
import { invalid, mergeLimits, toNanosOrNull, unlimited } from "#control/resources/fields.ts";
import { changePermissions, everything } from "#control/resources/key-permissions.ts";
import { toPrivacy } from "#control/resources/privacy.ts";
import { storable } from "#control/resources/stored-prompts.ts";
import type { ApiKeyRow, NewApiKey } from "#control/store/key-store.ts";
import { knownBudgets, withoutDowngrades } from "./budgets.ts";
import type { DeclaredDeps } from "./deps.ts";
import type { DeclaredKind, Fields } from "./kind.ts";
import type { Names } from "./names.ts";
import type { Deed } from "./report.ts";
import { only } from "./teams.ts";

type KeyFields = Fields & Omit<NewApiKey, "userId" | "teamId" | "publicId"> & { readonly isActive: boolean };

export class DeclaredKeys implements DeclaredKind<DeclaredKeyBody, ApiKeyRow> {
  readonly kind = "key";
  readonly #deps: DeclaredDeps;
  readonly #names: Names;

  constructor(deps: DeclaredDeps, names: Names) {
    this.#deps = deps;
    this.#names = names;
  }

  identityOf({ name }: DeclaredKey): string {
    return name;
  }

  find(id: string): Promise<ApiKeyRow | undefined> {
    return this.#deps.store.apiKeys.find(id, "all");
  }

  async findSame({ body: { sha256 } }: DeclaredKey): Promise<ApiKeyRow | undefined> {
    return (await this.#deps.store.apiKeys.findByHash(sha256))?.key;
  }

  async wanted({ body }: DeclaredKey, row: ApiKeyRow | undefined): Promise<KeyFields> {
    const { store, steadyTime } = this.#deps;
    const teamId = body.team === null ? null : await this.#names.teamId(body.team);
    if (row === undefined) await this.#refuseStranger(body, teamId);
    else await this.#refuseOther(body, row, teamId);
    const now = steadyTime.now();
    const budgets = knownBudgets(body.budgets, row?.budgets, now);
    return {
      ...{ name: body.name, keyHash: body.sha256, tags: body.tags, isActive: true },
      permissions: changePermissions(everything, body.permissions),
      limits: mergeLimits(unlimited, body.limits),
      budgetNanos: toNanosOrNull(body.budget_usd),
      budgets: await toBudgets(budgets, { before: row?.budgets ?? [], store, now, teamId }),
      privacy: toPrivacy(body.privacy),
      storePrompts: storable(store, body.store_prompts),
      expiresAt: body.expires_at === null ? null : Date.parse(body.expires_at),
    };
  }

  async present(row: ApiKeyRow): Promise<Fields> {
    return { ...row, permissions: changePermissions(row.permissions, {}) };
  }

  async create({ body }: DeclaredKey, { isActive: _, ...wanted }: KeyFields): Promise<ApiKeyRow> {
    const { store } = this.#deps;
    const teamId = body.team === null ? null : await this.#names.teamId(body.team);
    const userId = body.user === null ? await this.#accountOf(teamId) : await this.#names.userId(body.user);
    return store.apiKeys.create({ ...wanted, userId, teamId, publicId: body.publicId });
  }

  /** One that was revoked when the file did not name it works again. */
  async change({ body }: DeclaredKey, row: ApiKeyRow, fields: readonly string[], wanted: KeyFields): Promise<void> {
    const { apiKeys } = this.#deps.store;
    const { keyHash, ...others } = wanted;
    const change = only(others, fields);
    if (Object.keys(change).length > 0) await apiKeys.update(row.id, change, "all");
    if (!fields.includes("keyHash")) return;
    const previousUntil = this.#deps.steadyTime.now() + body.overlap_seconds * 1000;
    await apiKeys.rotate(row.id, { publicId: body.publicId, keyHash, previousUntil }, "all");
  }

  /** What it has used stays known by it. */
  async letGo({ id }: ApiKeyRow): Promise<Deed> {
    await this.#deps.store.apiKeys.update(id, { isActive: false }, "all");
    await this.#deps.withdraw({ kind: "key", id });
    return "revoked";
  }

  alone(thing: DeclaredKey): DeclaredKey {
    return { ...thing, body: { ...thing.body, budgets: withoutDowngrades(thing.body.budgets) } };
  }

  #accountOf(teamId: string | null): Promise<string> {
    if (teamId === null) throw invalid("team", "Name the team that the key is of");
    return this.#deps.store.serviceAccounts.ofTeam(teamId, unlimited);
  }

  /** The key of a team is charged to it: whoever is not in it has no business there. */
  async #refuseStranger({ user, team }: DeclaredKeyBody, teamId: string | null): Promise<void> {
    if (user === null) return;
    const userId = await this.#names.userId(user);
    if (teamId === null || (await this.#deps.store.teams.member(teamId, userId, "all")) !== undefined) return;
    throw invalid("user", `'${user}' is not in the team '${team}': take the user into it first`);
  }

  async #refuseOther({ user }: DeclaredKeyBody, row: ApiKeyRow, teamId: string | null): Promise<void> {
    if (row.teamId !== teamId)
      throw invalid("team", "A key stays with its team: give the other one another name and secret");
    const isSame = user === null ? row.ownerKind === "team" : row.userId === (await this.#names.userId(user));
    if (!isSame) throw invalid("user", "A key stays its owner's: give the other one another name and secret");
  }
}
