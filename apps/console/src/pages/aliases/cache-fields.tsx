// For how long answers of an alias are kept, and among whose requests.

import { cachePaces, usualEmbeddingMs, usualSimilarity } from "@ghostllm/contract";
import { useWatch } from "react-hook-form";
import type { Alias } from "#api/queries.ts";
import { cacheScopeWords, isCacheScope } from "#models/cache-words.ts";
import { CheckField, NumberField, SelectField, TextField } from "#parts/field.tsx";
import type { ServerForm } from "#parts/form.tsx";
import type { AliasValues, CacheValues } from "./alias-values.ts";

const usualSeconds = "3600";

export function cacheValues(present: Alias["cache"]): CacheValues {
  const seconds = String(present?.ttl_seconds ?? usualSeconds);
  const kept = { scope: present?.scope ?? "", ttl_seconds: seconds, pace: present?.pace ?? "at_once" };
  return { ...kept, semantic: semanticValues(present?.semantic ?? null) };
}

function semanticValues(present: NonNullable<Alias["cache"]>["semantic"]): CacheValues["semantic"] {
  return {
    model: present?.model ?? "",
    threshold: String(present?.threshold ?? usualSimilarity),
    timeout_ms: String(present?.timeout_ms ?? usualEmbeddingMs),
    more_than_text: present?.more_than_text ?? false,
  };
}

/** Left as it is where its scope or pace is one that this console does not know. */
export function toCache({ scope, ttl_seconds: seconds, pace: given, semantic: said }: CacheValues) {
  if (scope === "") return { cache: null };
  const pace = cachePaces.find((one) => one === given);
  if (!isCacheScope(scope) || pace === undefined) return {};
  return { cache: { scope, ttl_seconds: Number(seconds), pace, semantic: toSemantic(said) } };
}

function toSemantic({ model, threshold, timeout_ms: ms, more_than_text }: CacheValues["semantic"]) {
  if (model.trim() === "") return null;
  return { model: model.trim(), threshold: Number(threshold), timeout_ms: Number(ms), more_than_text };
}

interface CacheFieldsProps {
  readonly server: ServerForm<AliasValues>;
  readonly present: string | undefined;
}

export function CacheFields({ server, present }: CacheFieldsProps) {
  const { form, errorOf } = server;
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
        <NumberField
          label="Kept for"
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
      {scope !== "" && <SemanticFields server={server} />}
    </div>
  );
}

/** By whose embeddings questions of the same meaning are told an answer, too. */
function SemanticFields({ server: { form, errorOf } }: Pick<CacheFieldsProps, "server">) {
  const model = useWatch({ control: form.control, name: "cache.semantic.model" });
  return (
    <>
      <TextField
        label="Embeddings for questions of the same meaning"
        isOptional
        autoComplete="off"
        spellCheck={false}
        help="PROVIDER/MODEL, or an alias. Nothing: only what is the same is told again."
        error={errorOf("cache.semantic.model") ?? errorOf("cache.semantic")}
        field={form.register("cache.semantic.model")}
      />
      {model.trim() !== "" && (
        <>
          <TextField
            label="How alike they must be"
            inputMode="decimal"
            autoComplete="off"
            help="The least cosine of their vectors, from 0.5 to 1. What is right depends on the model."
            error={errorOf("cache.semantic.threshold")}
            field={form.register("cache.semantic.threshold")}
          />
          <NumberField
            label="An embedding is waited for"
            autoComplete="off"
            help="Milliseconds at most."
            error={errorOf("cache.semantic.timeout_ms")}
            field={form.register("cache.semantic.timeout_ms")}
          />
          <CheckField
            label="With tools, pictures and files, too"
            help="Those must be the same."
            error={errorOf("cache.semantic.more_than_text")}
            field={form.register("cache.semantic.more_than_text")}
          />
        </>
      )}
    </>
  );
}
