import type { ReactNode } from "react";
import type { Notification, Provider, ProviderType } from "#api/queries.ts";
import { formatShare } from "#format/number.ts";
import { formatDuration } from "#format/time.ts";
import type { Column } from "#parts/table/columns.ts";
import { countColumn, declarableNameColumn, textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { attemptsOf, failedShare } from "#providers/attempts.ts";
import { HealthStrip, stripHours } from "#providers/health-strip.tsx";
import type { ProviderGroup } from "#providers/health-strip.tsx";
import { ProviderStatus } from "./provider-status.tsx";

export interface ProviderFacts {
  readonly types: ReadonlyMap<string, ProviderType>;
  /** By the provider's id. */
  readonly modelCounts: ReadonlyMap<string, number>;
  /** Of the last two days, by the provider's name; null for who may not see usage. */
  readonly strips: ReadonlyMap<string, ProviderGroup> | null;
  readonly troubleOf: (name: string) => Notification | undefined;
}

export function providerColumns(facts: ProviderFacts): readonly Column<Provider>[] {
  const { types, modelCounts, strips } = facts;
  return [
    declarableNameColumn({ id: "name", header: "Name", value: ({ name }) => name }),
    statusColumn(facts),
    ...(strips === null ? [] : healthColumns(strips)),
    textColumn({
      id: "vendor",
      header: "Vendor",
      value: ({ provider_type }) => types.get(provider_type)?.label ?? provider_type,
    }),
    {
      id: "url",
      header: "Base URL",
      isHidden: true,
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

function statusColumn({ troubleOf }: ProviderFacts): Column<Provider> {
  const wordOf = ({ enabled, name }: Provider): string =>
    enabled ? (troubleOf(name) === undefined ? "enabled" : "resting") : "disabled";
  return {
    id: "status",
    header: "Status",
    value: wordOf,
    cell: (provider) => (
      <span title={troubleOf(provider.name)?.text}>
        <ProviderStatus provider={provider} trouble={troubleOf(provider.name)} />
      </span>
    ),
  };
}

function healthColumns(strips: ReadonlyMap<string, ProviderGroup>): readonly Column<Provider>[] {
  const shareOf = ({ name }: Provider): number | null => {
    const group = strips.get(name);
    return group === undefined ? null : 1 - failedShare(attemptsOf(group.total));
  };
  const timeOf = ({ name }: Provider): number | null => strips.get(name)?.total.latency_ms?.p50 ?? null;
  return [
    {
      ...{ id: "health", header: `Last ${stripHours} h`, value: shareOf },
      cell: ({ name }) => <StripCell name={name} group={strips.get(name)} />,
    },
    {
      ...{ id: "well", header: "Succeeded", isNumber: true, value: shareOf },
      cell: (provider) => numberOr(shareOf(provider), formatShare),
    },
    {
      ...{ id: "time", header: "Time p50", isNumber: true, value: timeOf },
      cell: (provider) => numberOr(timeOf(provider), formatDuration),
    },
  ];
}

function StripCell({ name, group }: { readonly name: string; readonly group: ProviderGroup | undefined }) {
  if (group === undefined) return <span className="text-faint">not asked</span>;
  return <HealthStrip key={name} group={group} className="w-56" />;
}

function numberOr(value: number | null, format: (value: number) => string): ReactNode {
  return value === null ? <span className="text-faint">—</span> : format(value);
}
