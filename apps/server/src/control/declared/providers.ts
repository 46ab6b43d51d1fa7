import { createHash } from "node:crypto";
import type { DeclaredProvider, ProviderBody } from "#config/declared/declarations.ts";
import { addCatalogModels, catalogModelNames } from "#control/catalog/discover.ts";
import { toHeld } from "#control/resources/budget-fields.ts";
import { invalid, unlimited } from "#control/resources/fields.ts";
import {
  credentialBinding,
  definitionOf,
  effectiveBaseUrl,
  openAdditions,
  sealAdditions,
} from "#control/snapshot/providers.ts";
import type { NewProvider, ProviderRow } from "#control/store/store.ts";
import { isEmpty, toText } from "#domain/additions.ts";
import { knownBudgets, withoutDowngrades } from "./budgets.ts";
import type { DeclaredDeps } from "./deps.ts";
import type { DeclaredKind, Fields } from "./kind.ts";
import type { Deed } from "./report.ts";
import { only } from "./teams.ts";

/** Secrets are compared by their hashes, since each sealing differs. */
type ProviderFields = Fields &
  Pick<NewProvider, "name" | "baseUrl" | "enabled" | "settings"> &
  Required<Pick<NewProvider, "limits" | "budgets">> & {
    readonly credential: string | null;
    readonly additions: string | null;
  };

const sealed: readonly string[] = ["credential", "additions", "name"];

export class DeclaredProviders implements DeclaredKind<ProviderBody, ProviderRow> {
  readonly kind = "provider";
  readonly #deps: DeclaredDeps;

  constructor(deps: DeclaredDeps) {
    this.#deps = deps;
  }

  identityOf({ name }: DeclaredProvider): string {
    return name;
  }

  find(id: string): Promise<ProviderRow | undefined> {
    return this.#deps.store.providers.find(id);
  }

  async findSame({ name }: DeclaredProvider): Promise<ProviderRow | undefined> {
    return (await this.#deps.store.providers.list()).find((row) => row.name === name);
  }

  async wanted({ body }: DeclaredProvider, row: ProviderRow | undefined): Promise<ProviderFields> {
    const { configured, hold } = body;
    const { name, type, baseUrl, settings, credential, additions } = configured;
    if (row !== undefined && row.providerType !== type)
      throw invalid(
        "type",
        `There is a provider ${row.name} of the type ${row.providerType}: give this one another name`,
      );
    const { store, steadyTime } = this.#deps;
    const now = steadyTime.now();
    const given = { limits: hold.limits ?? {}, budgets: knownBudgets(hold.budgets, row?.budgets, now) };
    const before = { limits: unlimited, budgets: row?.budgets ?? [] };
    const held = await toHeld(given, { before, store, now, teamId: null });
    return {
      ...{ name, baseUrl, settings, enabled: hold.enabled },
      ...{ limits: held.limits ?? unlimited, budgets: held.budgets ?? [] },
      credential: credential === null ? null : hashOf(credential.reveal()),
      additions: isEmpty(additions) ? null : hashOf(toText(additions).reveal()),
    };
  }

  async present(row: ProviderRow): Promise<Fields> {
    const { encryption } = this.#deps;
    const { apiKeyEncrypted, name, additionsEncrypted } = row;
    const credential =
      apiKeyEncrypted && (await openedHash(() => encryption.open(apiKeyEncrypted, credentialBinding(name))));
    const additions =
      additionsEncrypted && (await openedHash(async () => toTextOf(await openAdditions(row, { encryption }))));
    return { ...row, credential, additions };
  }

  async create(thing: DeclaredProvider, wanted: ProviderFields): Promise<ProviderRow> {
    const { store, ...sources } = this.#deps;
    const { name, baseUrl, enabled, settings, limits, budgets } = wanted;
    const { type } = thing.body.configured;
    const plain = { name, providerType: type, baseUrl, enabled, settings, limits, budgets };
    const row = await store.providers.create({ ...plain, ...(await this.#sealed(thing)) });
    // Those that are known without asking anybody: the vendor's own list comes with the next look at it.
    const [definition, url] = [definitionOf(type, sources), effectiveBaseUrl(row, sources)];
    if (definition !== undefined && url !== null)
      await addCatalogModels(store, row.id, catalogModelNames({ definition, baseUrl: url }));
    return row;
  }

  async change(
    thing: DeclaredProvider,
    row: ProviderRow,
    fields: readonly string[],
    { credential: _credential, additions: _additions, ...wanted }: ProviderFields,
  ): Promise<void> {
    const { store, endRests, withdraw } = this.#deps;
    const secrets = fields.some((field) => sealed.includes(field)) ? await this.#sealed(thing) : {};
    await store.providers.update(row.id, { ...only(wanted, fields), ...secrets });
    if (fields.includes("enabled") && !wanted.enabled) await withdraw({ kind: "provider", id: row.id });
    await store.units.afterwards(() => endRests(row.id, "changed"));
  }

  /** Its models and what was used at it stay known; nobody is led to it. */
  async letGo({ id }: ProviderRow): Promise<Deed> {
    await this.#deps.store.providers.update(id, { enabled: false });
    await this.#deps.withdraw({ kind: "provider", id });
    return "disabled";
  }

  alone(thing: DeclaredProvider): DeclaredProvider {
    const { hold, configured } = thing.body;
    return { ...thing, body: { configured, hold: { ...hold, budgets: withoutDowngrades(hold.budgets) } } };
  }

  async #sealed({ body }: DeclaredProvider): Promise<Pick<NewProvider, "apiKeyEncrypted" | "additionsEncrypted">> {
    const { encryption } = this.#deps;
    const { name, credential, additions } = body.configured;
    return {
      apiKeyEncrypted: credential === null ? null : await encryption.seal(credential, credentialBinding(name)),
      additionsEncrypted: await sealAdditions(additions, name, { encryption }),
    };
  }
}

function toTextOf(additions: Awaited<ReturnType<typeof openAdditions>>) {
  return toText(additions ?? { headers: {}, query: {} });
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What cannot be opened is of no use: the file has it, and it is sealed anew. */
async function openedHash(open: () => Promise<{ reveal(): string }>): Promise<string> {
  try {
    return hashOf((await open()).reveal());
  } catch {
    return "";
  }
}
