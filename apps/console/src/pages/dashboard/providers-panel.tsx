import { Link } from "@tanstack/react-router";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";
import { Status } from "#parts/status.tsx";
import { HealthStrip, healthWords, stripHours, useStrips, useTrouble } from "#providers/health-strip.tsx";
import type { ProviderGroup } from "#providers/health-strip.tsx";

const most = 6;

export function ProvidersPanel({ team }: { readonly team: string | undefined }) {
  const series = useStrips(most, team === undefined ? {} : { filter: { team_id: team } });
  return (
    <Panel title="Providers" actions={<span className="text-xs text-muted">{stripHours} × 1 h</span>}>
      <Loaded query={series}>
        {({ groups }) => {
          const told = groups.filter(({ is_rest: isRest, key }) => !isRest && key[0] !== "");
          if (told.length === 0) return <Empty>No provider was asked in two days.</Empty>;
          return told.map((group) => <Strip key={group.key.join("/")} group={group} />);
        }}
      </Loaded>
    </Panel>
  );
}

function Strip({ group }: { readonly group: ProviderGroup }) {
  const name = group.labels.join(" ");
  const trouble = useTrouble()(name);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-2.5 gap-y-0.5 border-b border-line px-4 py-2 last:border-0">
      <Status tone={trouble === undefined ? "good" : "warn"}>
        <Link to="/providers" search={{ q: name }} className="truncate hover:underline">
          {name}
        </Link>
      </Status>
      <span
        title={trouble?.text}
        className={`truncate text-xs ${trouble === undefined ? "text-muted" : "max-w-52 text-bad"}`}
      >
        {trouble?.text ?? healthWords(group)}
      </span>
      <HealthStrip group={group} className="col-span-2" />
    </div>
  );
}
