// For how long answers of an alias are kept, and among whose requests.

import { useWatch } from "react-hook-form";
import type { CacheScope } from "@ghostllm/contract";
import type { Alias } from "#api/queries.ts";
import { formatDuration } from "#format/time.ts";
import { SelectField, TextField } from "#parts/field.tsx";
import type { ServerForm } from "#parts/form.tsx";
import type { AliasValues, CacheValues } from "./alias-values.ts";

const among: Readonly<Record<CacheScope, string>> = {
  key: "each key",
  user: "each user",
  team: "each team",
  organisation: "each organisation",
};

const usualSeconds = "3600";

export function cacheValues(present: Alias["cache"]): CacheValues {
  return { scope: present?.scope ?? "", ttl_seconds: String(present?.ttl_seconds ?? usualSeconds) };
}

function isScope(word: string): word is CacheScope {
  return Object.hasOwn(among, word);
}

/** Left as it is where its scope is one that this console does not know. */
export function toCache({ scope, ttl_seconds: seconds }: CacheValues) {
  if (scope === "") return { cache: null };
  return isScope(scope) ? { cache: { scope, ttl_seconds: Number(seconds) } } : {};
}

export function cacheWords(cache: Alias["cache"]): string {
  if (cache === null) return "no";
  const scope = isScope(cache.scope) ? among[cache.scope] : cache.scope;
  return `for ${formatDuration(cache.ttl_seconds * 1000)}, of ${scope}`;
}

interface CacheFieldsProps {
  readonly server: ServerForm<AliasValues>;
  readonly present: string | undefined;
}

export function CacheFields({ server: { form, errorOf }, present }: CacheFieldsProps) {
  const scope = useWatch({ control: form.control, name: "cache.scope" });
  const others = present === undefined || present === "" || isScope(present) ? [] : [present];
  return (
    <div className="grid gap-3.5 sm:grid-cols-2">
      <SelectField
        label="Kept answers"
        help={
          scope === "" ? "Every request is asked of its vendor." : "What comes again is answered without its vendor."
        }
        error={errorOf("cache.scope")}
        field={form.register("cache.scope")}
      >
        <option value="">none</option>
        {Object.entries(among).map(([value, words]) => (
          <option key={value} value={value}>
            of {words}
          </option>
        ))}
        {others.map((value) => (
          <option key={value} value={value}>
            {value}
          </option>
        ))}
      </SelectField>
      {scope !== "" && (
        <TextField
          label="Kept for"
          inputMode="numeric"
          autoComplete="off"
          help="Seconds."
          error={errorOf("cache.ttl_seconds")}
          field={form.register("cache.ttl_seconds")}
        />
      )}
    </div>
  );
}
