// For how long answers of an alias are kept, and among whose requests.

import { cachePaces } from "@ghostllm/contract";
import { useWatch } from "react-hook-form";
import type { Alias } from "#api/queries.ts";
import { cacheScopeWords, isCacheScope } from "#models/cache-words.ts";
import { SelectField, TextField } from "#parts/field.tsx";
import type { ServerForm } from "#parts/form.tsx";
import type { AliasValues, CacheValues } from "./alias-values.ts";

const usualSeconds = "3600";

export function cacheValues(present: Alias["cache"]): CacheValues {
  const seconds = String(present?.ttl_seconds ?? usualSeconds);
  return { scope: present?.scope ?? "", ttl_seconds: seconds, pace: present?.pace ?? "at_once" };
}

/** Left as it is where its scope or pace is one that this console does not know. */
export function toCache({ scope, ttl_seconds: seconds, pace: given }: CacheValues) {
  if (scope === "") return { cache: null };
  const pace = cachePaces.find((one) => one === given);
  return isCacheScope(scope) && pace !== undefined ? { cache: { scope, ttl_seconds: Number(seconds), pace } } : {};
}

interface CacheFieldsProps {
  readonly server: ServerForm<AliasValues>;
  readonly present: string | undefined;
}

export function CacheFields({ server: { form, errorOf }, present }: CacheFieldsProps) {
  const scope = useWatch({ control: form.control, name: "cache.scope" });
  const others = present === undefined || present === "" || isCacheScope(present) ? [] : [present];
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
        {Object.entries(cacheScopeWords).map(([value, words]) => (
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
      {scope !== "" && (
        <SelectField label="Streams are told again" error={errorOf("cache.pace")} field={form.register("cache.pace")}>
          <option value="at_once">at once</option>
          <option value="natural">with the pauses that they had</option>
        </SelectField>
      )}
    </div>
  );
}
