import { useModelsOf } from "#connect/models-of-key.ts";
import type { ModelOfKey } from "#connect/gateway.ts";
import { useSearchValue } from "#parts/use-search.ts";

export interface ChosenModels {
  /** Of all that the key may ask for, and of what a link named. */
  readonly names: readonly string[];
  /** None without a key; one, or two. */
  readonly models: readonly string[];
  /** Why the key has none. */
  readonly error: Error | null;
  /** Whether at least one of them can, as far as anybody knows. */
  can(skill: keyof ModelOfKey["can"]): boolean;
  choose(name: string): void;
  chooseSecond(name: string): void;
  compare(): void;
  compareNoMore(): void;
}

/** Their names are in the URL, which can be shared: what was asked is not, and the key is not. */
export function useChosenModels(key: string): ChosenModels {
  const { models: known, error } = useModelsOf(key);
  const [first, setFirst] = useSearchValue("model");
  const [second, setSecond] = useSearchValue("beside");
  const listed = known.map(({ name }) => name);
  // A link may name what no list has, such as a model by its provider: whether it can be asked, the gateway says.
  const named = [first, second].filter((name) => name !== undefined && name !== "" && !listed.includes(name));
  const names = listed.length === 0 ? [] : [...new Set([...listed, ...named])].filter((name) => name !== undefined);
  const [one = "", other = one] = names;
  const chosen = [first || one, ...(second === undefined ? [] : [second || other])];
  const models = names.length === 0 ? [] : chosen;
  return {
    names,
    models,
    error,
    can: (skill) =>
      models.length === 0 || models.some((name) => known.find((model) => model.name === name)?.can[skill] !== false),
    choose: setFirst,
    chooseSecond: setSecond,
    compare: () => setSecond(names.find((name) => name !== models[0]) ?? one),
    compareNoMore: () => setSecond(undefined),
  };
}
