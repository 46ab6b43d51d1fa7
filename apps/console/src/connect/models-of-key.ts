import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { listModels } from "./gateway.ts";
import type { ModelOfKey } from "./gateway.ts";

export interface ModelsOfKey {
  readonly models: readonly ModelOfKey[];
  /** Why there are none. */
  readonly error: Error | null;
}

const shortestKey = 21;

/** Those that the key may ask for; nothing is kept of the key beside what the page holds itself. */
export function useModelsOf(key: string): ModelsOfKey {
  const { serverUrl: url } = useApi();
  const { data = [], error } = useQuery({
    queryKey: ["models-of-key", key.slice(0, 15), key.length],
    queryFn: ({ signal }) => listModels({ url, key, signal }),
    enabled: key.length >= shortestKey,
    retry: false,
  });
  return { models: data, error };
}

export function useModelNamesOf(key: string): readonly string[] {
  return useModelsOf(key).models.map(({ name }) => name);
}
