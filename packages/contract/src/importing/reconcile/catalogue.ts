// Providers, their models and aliases. A provider that is there is never changed: one that is not the same gets a name of its own.

import type { Client } from "#calls.ts";
import type { Desired, DesiredAlias, DesiredModel, DesiredProvider } from "#importing/desired.ts";
import { suffixed } from "#importing/providers.ts";
import type { Provider } from "./rows.ts";
import { differing, type Changes } from "./changes.ts";
import { modelsOf, type Existing } from "./existing.ts";

interface Work {
  /** Null where nobody is asked. */
  readonly client: Client | null;
  readonly existing: Existing;
  readonly changes: Changes;
}

export async function reconcileCatalogue(work: Work, desired: Desired): Promise<void> {
  const names = new Map<string, string>();
  for (const provider of desired.providers) names.set(provider.ref, await reconcileProvider(work, provider));
  const { client, existing, changes } = work;
  // A new provider has the models that its vendor lists.
  const models = changes.isApplied && client !== null ? await modelsOf(client) : existing.models;
  for (const model of desired.models)
    await reconcileModel({ ...work, existing: { ...existing, models } }, model, names);
  for (const alias of desired.aliases) await reconcileAlias(work, alias, names);
  // Aliases lead to each other: all are there by now.
  for (const alias of desired.aliases) await reconcileFallbacks(work, alias);
}

/** Answers under which name it is there. */
async function reconcileProvider({ client, existing, changes }: Work, wanted: DesiredProvider): Promise<string> {
  const other = suffixed(wanted.name, wanted.ref);
  for (const name of [wanted.name, other]) {
    const known = existing.providers.get(name);
    if (known !== undefined && (name === other || isSame(known, wanted))) {
      changes.unchanged += 1;
      return name;
    }
  }
  const name = existing.providers.has(wanted.name) ? other : wanted.name;
  const { type, baseUrl, credential, settings, headers } = wanted;
  const body = {
    ...{ name, provider_type: type, base_url: baseUrl, api_key: credential },
    ...{ settings: { ...settings }, headers: { ...headers } },
  };
  const made = await changes.make({ verb: "create", what: `provider ${name}`, fields: [] }, async () =>
    client?.providers.create({ body }),
  );
  if (made !== undefined) existing.providers.set(name, made);
  return name;
}

/** Of a credential its end alone is known. */
function isSame(known: Provider, { type, baseUrl, credential, settings }: DesiredProvider): boolean {
  const trimmed = (url: string | null): string | null => url && url.replace(/\/+$/, "");
  const hint = known.credential_hint === null || known.credential_hint === `...${credential?.slice(-4)}`;
  return (
    known.provider_type === type &&
    [known.base_url, known.effective_base_url].map(trimmed).includes(trimmed(baseUrl)) &&
    known.has_credential === (credential !== null) &&
    hint &&
    Object.entries(settings).every(([name, value]) => known.settings[name] === value)
  );
}

async function reconcileModel(
  { client, existing, changes }: Work,
  { provider: ref, name, facts }: DesiredModel,
  names: ReadonlyMap<string, string>,
): Promise<void> {
  const provider = names.get(ref) ?? "";
  const what = `model ${provider}/${name}`;
  const known = existing.models.get(`${provider}/${name}`);
  if (known === undefined) {
    const id = existing.providers.get(provider)?.id ?? "";
    await changes.make({ verb: "create", what, fields: [] }, async () =>
      client?.models.create({ body: { provider_id: id, name, ...facts } }),
    );
    return;
  }
  const body = differing(facts, known);
  const fields = Object.keys(body);
  if (fields.length === 0) changes.unchanged += 1;
  else
    await changes.make({ verb: "change", what, fields }, async () =>
      client?.models.update({ params: { id: known.id }, body }),
    );
}

async function reconcileAlias(
  { client, existing, changes }: Work,
  { name, targets, terms }: DesiredAlias,
  names: ReadonlyMap<string, string>,
): Promise<void> {
  const what = `alias ${name}`;
  const { fallbacks: _, ...others } = terms;
  const body = {
    ...others,
    targets: targets.map(({ provider, ...target }) => ({ ...target, provider: names.get(provider) ?? "" })),
  };
  const known = existing.aliases.get(name);
  if (known === undefined) {
    const made = await changes.make({ verb: "create", what, fields: [] }, async () =>
      client?.aliases.create({ body: { name, ...body } }),
    );
    if (made !== undefined) existing.aliases.set(name, made);
    return;
  }
  const changed = differing(body, known);
  const fields = Object.keys(changed);
  if (fields.length === 0) changes.unchanged += 1;
  else
    await changes.make({ verb: "change", what, fields }, async () =>
      client?.aliases.update({ params: { id: known.id }, body: changed }),
    );
}

async function reconcileFallbacks({ client, existing, changes }: Work, { name, terms }: DesiredAlias): Promise<void> {
  const known = existing.aliases.get(name);
  const { fallbacks } = terms;
  const present = known?.fallbacks ?? { any: [], context_length: [], content_filter: [], rate_limit: [] };
  const changed = differing({ fallbacks }, { fallbacks: present });
  if (fallbacks === undefined || changed.fallbacks === undefined) return;
  await changes.make({ verb: "change", what: `alias ${name}`, fields: ["fallbacks"] }, async () =>
    known === undefined ? undefined : client?.aliases.update({ params: { id: known.id }, body: { fallbacks } }),
  );
}
