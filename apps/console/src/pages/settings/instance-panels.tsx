// The instances that share the database, and what only one of them does at a time.

import type { System } from "#api/queries.ts";
import { formatCount } from "#format/number.ts";
import { Facts, Panel } from "#parts/panel.tsx";
import { Status, Tag } from "#parts/status.tsx";
import { Time } from "#parts/values.tsx";

interface SystemProps {
  readonly system: System;
}

type Instance = NonNullable<System["instances"]>[number];

export function InstancesPanel({ system: { instances } }: SystemProps) {
  if (instances === null) return null;
  return (
    <Panel title="Instances" note="that share the database">
      <Facts facts={instances.map((one) => [nameOf(one), <InstanceFacts key={one.id} one={one} />])} />
    </Panel>
  );
}

function nameOf({ host, process_id: processId }: Instance): string {
  return `${host} · ${processId}`;
}

function InstanceFacts({ one }: { readonly one: Instance }) {
  const workers = `${formatCount(one.workers)} ${one.workers === 1 ? "worker" : "workers"}`;
  return (
    <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <Status tone={one.alive ? "good" : "bad"}>
        {one.alive ? (
          <span>
            up since <Time at={one.started_at} />
          </span>
        ) : (
          <span>
            not seen since <Time at={one.seen_at} />
          </span>
        )}
      </Status>
      {one.is_this && <Tag tone="info">this one</Tag>}
      <span className="text-muted">
        {one.version}, {workers}
      </span>
      {one.services.map((service) => (
        <Tag key={service}>{service}</Tag>
      ))}
    </span>
  );
}

const works: Readonly<Record<string, string>> = {
  prices: "Reads prices again",
  model_lists: "Asks vendors for models",
  usage_log: "Keeps the log of requests",
  stored_objects: "Forgets old objects",
  events: "Sends events",
  backups: "Makes backups",
  certificates: "Asks for certificates",
};

export function LeasesPanel({ system: { leases, instances } }: SystemProps) {
  const known = leases?.filter(({ name }) => works[name] !== undefined) ?? [];
  if (known.length === 0) return null;
  return (
    <Panel title="Done by one instance at a time">
      <Facts
        facts={known.map(({ name, holder, held_since: since }) => {
          const instance = instances?.find(({ id }) => id === holder);
          return [
            works[name] ?? name,
            holder === null ? (
              <Status tone="warn">nobody now</Status>
            ) : (
              <span>
                {instance === undefined ? holder : nameOf(instance)}, since <Time at={since} />
              </span>
            ),
          ];
        })}
      />
    </Panel>
  );
}
