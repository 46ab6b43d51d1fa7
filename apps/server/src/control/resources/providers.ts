import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import type { ProviderDefinition } from "@ghostllm/llm";
import { discoverModels } from "#control/catalog/discover.ts";
import { probeProvider } from "#control/catalog/probe.ts";
import {
  credentialBinding,
  definitionOf,
  effectiveBaseUrl,
  sealAdditions,
  toProviderEntry,
} from "#control/snapshot/providers.ts";
import type { NewProvider, ProviderChange, ProviderRow } from "#control/store/store.ts";
import { noAdditions } from "#domain/additions.ts";
import { Secret } from "#domain/secret.ts";
import type { ProviderEntry } from "#domain/snapshot.ts";
import { toToldLimits } from "#domain/told-limits.ts";
import { checkPlace } from "./provider-place.ts";
import { changedAdditions, readAdditions, showAdditions } from "./provider-additions.ts";
import { checkBoundSecrets } from "./bound-secrets.ts";
import { toApiBudgetTerms, toHeld } from "./budget-fields.ts";
import { found, invalid, notFound, toTime } from "./fields.ts";
import { byName, pageOf, readNamed } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";
import { createTurns } from "./turns.ts";

type ApiProvider = RouteAnswer<AdminRoutes["providers"]["get"]>;
type ApiProviderType = RouteAnswer<AdminRoutes["providers"]["types"]>["data"][number];
type ProviderCreation = Parameters<Resource<"providers">["create"]>[0]["body"];
type ProviderUpdate = Parameters<Resource<"providers">["update"]>[0]["body"];

export function createProvidersResource(deps: ResourceDependencies): Resource<"providers"> {
  const { store, changed, withdraw, definitions } = deps;
  const inTurn = createTurns(store);
  const find = async (id: string): Promise<ProviderRow> => found(await store.providers.find(id), "provider", id);
  return {
    list: listerOf(deps),

    async create({ body }) {
      const held = await heldBy(body, null, deps);
      const row = await store.providers.create({ ...(await newRow(body, deps)), ...held });
      // The vendor is asked for as long as it takes: nothing is held up by it.
      if (row.enabled) await store.units.afterwards(() => discoverAtFirst(row, deps));
      await changed();
      return toApiProvider(row, deps);
    },

    get: async ({ params: { id } }) =>
      toApiProvider(await find(id), deps, await store.declared.placeOf("provider", id)),

    update: ({ params, body }) =>
      inTurn(async () => {
        const before = await find(params.id);
        await checkUpdate(before, body, deps);
        const held = await heldBy(body, before, deps);
        const row = await store.providers.update(params.id, { ...(await toChange(before, body, deps)), ...held });
        if (row?.enabled === false) await withdraw({ kind: "provider", id: row.id });
        await changed();
        await deps.endRests(params.id, "changed");
        return toApiProvider(found(row, "provider", params.id), deps);
      }),

    remove: removerOf(deps),

    test: async ({ params }) => test(await openForCall(await find(params.id), deps), deps),

    async discoverModels({ params }) {
      const provider = await openForCall(await find(params.id), deps);
      const { fetchJson, clock } = deps;
      const discovery = await discoverModels({ provider, fetchJson, monotonic: clock.monotonic, store });
      await changed();
      return discovery;
    },

    types: async () => ({ data: definitions.map(toApiProviderType), next: null }),
  };
}

function listerOf(deps: ResourceDependencies): Resource<"providers">["list"] {
  return async ({ query }) => {
    const { enabled } = query;
    const rows = (await deps.store.providers.list()).filter((row) => enabled === undefined || row.enabled === enabled);
    const named = pageOf(rows, byName, ({ name, providerType }) => [name, providerType]);
    const places = await deps.store.declared.places("provider");
    return readNamed(query, byName, named, (row) => toApiProvider(row, deps, places.get(row.id)));
  };
}

function removerOf({ store, withdraw, changed }: ResourceDependencies): Resource<"providers">["remove"] {
  return async ({ params: { id } }) => {
    if (!(await store.providers.remove(id))) throw notFound("provider", id);
    await withdraw({ kind: "provider", id });
    await changed();
    return { id, deleted: true };
  };
}

async function test(provider: ProviderEntry, { fetchJson, clock, endRests }: ResourceDependencies) {
  const probe = await probeProvider({ provider, fetchJson, monotonic: clock.monotonic });
  const { ok, message, httpStatus, latencyMs, list } = probe;
  if (ok) await endRests(provider.id, "tested");
  return { ok, message, http_status: httpStatus, latency_ms: latencyMs, models: list?.models.length ?? null };
}

/** Its next target answers in its place, and no alias of its own. */
function heldBy(body: ProviderUpdate | ProviderCreation, before: ProviderRow | null, deps: ResourceDependencies) {
  const { limits, budgets } = body;
  const place = (budgets ?? []).findIndex(({ downgrade_to: alias }) => alias !== null);
  if (place >= 0)
    throw invalid(`budgets.${place}.downgrade_to`, "At the cap of a provider the next target of an alias answers");
  return toHeld({ limits, budgets }, { before, store: deps.store, now: deps.steadyTime.now(), teamId: null });
}

async function newRow(body: ProviderCreation, deps: ResourceDependencies): Promise<NewProvider> {
  const definition = definitionOf(body.provider_type, deps);
  if (definition === undefined) throw unknownType(body.provider_type, deps.definitions);
  if (definition.needsCredential && body.api_key === null)
    throw invalid("api_key", `${definition.label} needs an API key`);
  const name = body.name ?? definition.type;
  const place = { providerType: definition.type, baseUrl: body.base_url };
  checkPlace({ ...body, ...place }, definition, deps);
  return {
    ...place,
    name,
    apiKeyEncrypted: await sealCredential(body.api_key, name, deps),
    enabled: body.enabled,
    settings: body.settings,
    additionsEncrypted: await sealAdditions(readAdditions(body, noAdditions), name, deps),
  };
}

async function checkUpdate(before: ProviderRow, body: ProviderUpdate, deps: ResourceDependencies): Promise<void> {
  const definition = definitionOf(before.providerType, deps);
  const { base_url: baseUrl = before.baseUrl, settings = before.settings } = body;
  const isMoved = body.base_url !== undefined || body.settings !== undefined;
  if (definition !== undefined && isMoved) checkPlace({ ...before, baseUrl, settings }, definition, deps);
  await checkBoundSecrets(before, body, deps);
}

/** The provider is there, whether it has models already or not. */
async function discoverAtFirst(row: ProviderRow, deps: ResourceDependencies): Promise<void> {
  const { store, fetchJson, clock, log } = deps;
  try {
    const provider = await toProviderEntry(row, deps);
    await discoverModels({ provider, fetchJson, monotonic: clock.monotonic, store });
  } catch (error) {
    log.warn({ err: error, provider: row.name }, "The new provider has no models yet");
  }
}

/** `declared`: where; what is made or changed by a route is not. */
async function toApiProvider(row: ProviderRow, deps: ResourceDependencies, declared?: string): Promise<ApiProvider> {
  return {
    id: row.id,
    name: row.name,
    provider_type: row.providerType,
    base_url: row.baseUrl,
    effective_base_url: effectiveBaseUrl(row, deps),
    enabled: row.enabled,
    has_credential: row.apiKeyEncrypted !== null,
    credential_hint: await hintOf(row, deps),
    settings: { ...row.settings },
    ...(await showAdditions(row, deps)),
    limits: toToldLimits(row.limits),
    budgets: row.budgets.map(toApiBudgetTerms),
    declared: declared ?? null,
    created_at: toTime(row.createdAt),
    updated_at: toTime(row.updatedAt),
  };
}

const shortestHintedCredential = 20;

async function hintOf(row: ProviderRow, { encryption }: ResourceDependencies): Promise<string | null> {
  if (row.apiKeyEncrypted === null) return null;
  try {
    const credential = (await encryption.open(row.apiKeyEncrypted, credentialBinding(row.name))).reveal();
    return credential.length >= shortestHintedCredential ? `...${credential.slice(-4)}` : null;
  } catch {
    return null;
  }
}

async function toChange(
  before: ProviderRow,
  body: ProviderUpdate,
  deps: ResourceDependencies,
): Promise<ProviderChange> {
  const name = body.name ?? before.name;
  const credential = await changedCredential(before, name, body.api_key, deps);
  const additions = await changedAdditions(before, name, body, deps);
  return {
    ...(body.name !== undefined && { name }),
    ...(body.base_url !== undefined && { baseUrl: body.base_url }),
    ...(credential !== undefined && { apiKeyEncrypted: credential }),
    ...(body.enabled !== undefined && { enabled: body.enabled }),
    ...(body.settings !== undefined && { settings: body.settings }),
    ...(additions !== undefined && { additionsEncrypted: additions }),
  };
}

/** A sealed credential is bound to the provider's name, so a new name needs it sealed again. Undefined: no change. */
async function changedCredential(
  before: ProviderRow,
  name: string,
  given: string | null | undefined,
  deps: ResourceDependencies,
): Promise<string | null | undefined> {
  if (given !== undefined) return sealCredential(given, name, deps);
  if (name === before.name || before.apiKeyEncrypted === null) return undefined;
  try {
    const credential = await deps.encryption.open(before.apiKeyEncrypted, credentialBinding(before.name));
    return await deps.encryption.seal(credential, credentialBinding(name));
  } catch (cause) {
    throw new GhostError("conflict", "The stored API key cannot be opened: give it again together with the new name", {
      cause,
    });
  }
}

async function sealCredential(
  credential: string | null,
  providerName: string,
  { encryption }: ResourceDependencies,
): Promise<string | null> {
  return credential === null ? null : encryption.seal(new Secret(credential), credentialBinding(providerName));
}

async function openForCall(row: ProviderRow, deps: ResourceDependencies): Promise<ProviderEntry> {
  try {
    return await toProviderEntry(row, deps);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : `Provider ${row.name} cannot be used`;
    throw new GhostError("conflict", message, { cause });
  }
}

function unknownType(type: string, definitions: readonly ProviderDefinition[]): GhostError {
  return invalid("provider_type", `'${type}' is none of ${definitions.map((known) => known.type).join(", ")}`);
}

function toApiProviderType(definition: ProviderDefinition): ApiProviderType {
  return {
    type: definition.type,
    label: definition.label,
    documentation: definition.documentation,
    base_url: definition.baseUrl,
    needs_credential: definition.needsCredential,
    credential_variables: [...definition.credentialVariables],
    base_url_variables: [...definition.baseUrlVariables],
    settings: Object.entries(definition.settings ?? {}).map(([name, setting]) => ({
      name,
      variable: setting.variable,
      default: setting.default,
    })),
    operations: [...new Set(Object.values(definition.speaks).flatMap((operations) => Object.keys(operations)))],
    lists_models: definition.modelList !== undefined,
  };
}
