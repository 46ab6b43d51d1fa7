import type { Snapshot } from "#domain/snapshot.ts";

/** Of the first provider that names one, or whatever is listed: an Ollama has what its owner put there. */
export function pickExampleModel({ providers, models }: Snapshot): string | null {
  for (const provider of providers.values()) {
    const model = provider.definition.exampleModel;
    if (model === undefined) continue;
    return models.get(model)?.[0]?.provider === provider ? model : `${provider.name}/${model}`;
  }
  return [...models.keys()].find((name) => !/embed/i.test(name)) ?? null;
}
