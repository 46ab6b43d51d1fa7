import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { formatCap, formatMoney } from "#format/money.ts";
import { Meter } from "#parts/meter.tsx";
import { Panel } from "#parts/panel.tsx";
import { Empty, Loaded } from "#parts/states.tsx";

interface Held {
  readonly name: string;
  readonly kind: "user" | "key";
  readonly path: string;
  readonly spent: string;
  readonly budget: string;
  readonly share: number;
}

const most = 5;

export function BudgetsPanel() {
  const { queries } = useApi();
  const { may } = useCaller();
  const keys = useQuery(queries.keys);
  const users = useQuery({ ...queries.users, enabled: may("users.read") });
  return (
    <Panel title="Budgets near their cap">
      <Loaded query={keys}>
        {({ items }) => {
          const ofKeys = items
            .filter(({ is_active: isActive }) => isActive)
            .flatMap(({ id, name, budget_usd, spent_usd }) => held("key", `/keys/${id}`, name, spent_usd, budget_usd));
          const ofUsers = (users.data?.items ?? []).flatMap(({ id, email, budget_usd, spent_usd }) =>
            held("user", `/users/${id}`, email, spent_usd, budget_usd),
          );
          const nearest = [...ofKeys, ...ofUsers].sort((a, b) => b.share - a.share).slice(0, most);
          if (nearest.length === 0) return <Empty>No key and no user has a budget.</Empty>;
          return nearest.map((one) => <Row key={one.path} held={one} />);
        }}
      </Loaded>
    </Panel>
  );
}

function held(kind: Held["kind"], path: string, name: string, spent: string, budget: string | null): readonly Held[] {
  if (budget === null) return [];
  const share = Number(budget) === 0 ? 1 : Number(spent) / Number(budget);
  return [{ kind, path, name, spent, budget, share }];
}

function Row({ held: { kind, path, name, spent, budget, share } }: { readonly held: Held }) {
  const words = `${formatMoney(spent)} of ${formatCap(budget)}`;
  const left = Math.max(0, Number(budget) - Number(spent));
  return (
    <div className="border-b border-line px-4 py-2 last:border-0">
      <div className="mb-1.5 flex justify-between gap-3">
        <Link to={path} className="min-w-0 truncate hover:underline">
          {name} <span className="text-faint">{kind}</span>
        </Link>
        <span className="shrink-0">{words}</span>
      </div>
      <Meter share={share} label={`${name}: ${words}`} />
      <p className={`mt-1 text-xs ${share >= 1 ? "text-bad" : "text-muted"}`}>
        {share >= 1 ? "Refusing requests" : `${formatMoney(left)} left`}
      </p>
    </div>
  );
}
