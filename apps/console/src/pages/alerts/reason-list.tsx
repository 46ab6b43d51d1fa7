// What is wrong now, the worst first.

import { Link } from "@tanstack/react-router";
import type { Alert, AlertReason } from "#api/alert-queries.ts";
import { Empty } from "#parts/states.tsx";
import { Status, Tag } from "#parts/status.tsx";
import { Time } from "#parts/values.tsx";
import { toneOf } from "./alert-words.ts";

interface ReasonListProps {
  readonly alerts: readonly Alert[];
  readonly onOpen: (name: string) => void;
}

const ranks: Readonly<Record<string, number>> = { critical: 0, warning: 1 };
const rankOf = ({ severity }: Alert): number => ranks[severity] ?? 2;

export function ReasonList({ alerts, onOpen }: ReasonListProps) {
  const active = alerts
    .filter(({ reasons }) => reasons.length > 0)
    .toSorted((one, other) => rankOf(one) - rankOf(other));
  if (active.length === 0)
    return <Empty>Nothing that this server can see. What takes rates over time, Prometheus sees.</Empty>;
  return (
    <ul aria-label="What is wrong now">
      {active.map((alert) => (
        <li key={alert.name} className="border-b border-line px-4 py-2.5 last:border-0">
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <Status tone={toneOf(alert.severity)}>
              <button type="button" className="font-medium hover:underline" onClick={() => onOpen(alert.name)}>
                {alert.name}
              </button>
            </Status>
            <span className="text-faint">{alert.severity}</span>
            {alert.state === "pending" && <Tag>not yet for long enough</Tag>}
          </div>
          <Reasons reasons={alert.reasons} />
        </li>
      ))}
    </ul>
  );
}

export function Reasons({ reasons }: { readonly reasons: readonly AlertReason[] }) {
  return (
    <ul className="mt-1 pl-3">
      {reasons.map((one) => (
        <li
          key={`${one.subject.kind} ${one.subject.id} ${one.subject.name} ${one.text}`}
          className="flex flex-wrap gap-x-2 py-0.5 text-muted"
        >
          <SubjectName reason={one} />
          <span className="min-w-0 wrap-break-word">{one.text}</span>
          <span className="text-faint">
            since <Time at={one.since} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function SubjectName({ reason }: { readonly reason: AlertReason }) {
  const path = pathOf(reason);
  const { name } = reason.subject;
  if (path === null) return <span className="min-w-0 wrap-break-word text-text">{name}</span>;
  return (
    <Link to={path} className="min-w-0 wrap-break-word text-text hover:underline">
      {name}
    </Link>
  );
}

/** Where one sees what it is about; null where there is no such page. */
function pathOf({ subject: { kind, id }, text }: AlertReason): string | null {
  if (id === null || kind === "system") return null;
  if (text.includes("budget")) return `/budgets/${kind}/${id}`;
  return kind === "key" ? `/keys/${id}` : `/providers/${id}`;
}
