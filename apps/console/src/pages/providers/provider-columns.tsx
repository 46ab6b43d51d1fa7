import type { Provider, ProviderType } from "#api/queries.ts";
import { Status } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, nameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";

export interface ProviderFacts {
  readonly types: ReadonlyMap<string, ProviderType>;
  /** By the provider's id. */
  readonly modelCounts: ReadonlyMap<string, number>;
}

export function providerColumns({ types, modelCounts }: ProviderFacts): readonly Column<Provider>[] {
  return [
    nameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
    status,
    textColumn({
      id: "vendor",
      header: "Vendor",
      value: ({ provider_type }) => types.get(provider_type)?.label ?? provider_type,
    }),
    {
      id: "url",
      header: "Base URL",
      value: ({ effective_base_url }) => effective_base_url ?? "",
      cell: ({ effective_base_url }) => (
        <span className="block max-w-80 truncate font-mono text-xs text-muted">{effective_base_url ?? "—"}</span>
      ),
    },
    {
      id: "credential",
      header: "API key",
      value: ({ credential_hint, has_credential }) => credential_hint ?? (has_credential ? "stored" : ""),
      cell: ({ has_credential, credential_hint }) =>
        has_credential ? (
          <span className="font-mono text-xs text-muted">{credential_hint ?? "stored"}</span>
        ) : (
          <span className="text-faint">none</span>
        ),
    },
    countColumn({ id: "models", header: "Models", value: ({ id }) => modelCounts.get(id) ?? 0 }),
    timeColumn({ id: "updated", header: "Changed", value: ({ updated_at }) => updated_at }),
    timeColumn({ id: "created", header: "Added", value: ({ created_at }) => created_at, isHidden: true }),
  ];
}

const status: Column<Provider> = {
  id: "status",
  header: "Status",
  value: ({ enabled }) => (enabled ? "enabled" : "disabled"),
  cell: ({ enabled }) => <Status tone={enabled ? "good" : "off"}>{enabled ? "enabled" : "disabled"}</Status>,
};
