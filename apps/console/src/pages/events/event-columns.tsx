import type { FollowedEvent } from "#api/events.ts";
import { nameOf } from "#api/events.ts";
import { IdCell } from "#parts/copy.tsx";
import { Tag, type Tone } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { timeColumn } from "#parts/table/kinds.tsx";
import { wordsOfEvent } from "./event-words.ts";

const tones: Readonly<Record<string, Tone>> = {
  "provider.down": "bad",
  "provider.up": "good",
  "target.opened": "warn",
  "target.parked": "bad",
  "target.closed": "good",
  "budget.threshold": "warn",
  "rate.exceeded": "warn",
};

export const eventColumns: readonly Column<FollowedEvent>[] = [
  timeColumn({ id: "time", header: "Time", value: ({ event }) => event.time }),
  {
    id: "type",
    header: "Type",
    value: ({ event }) => nameOf(event.type) ?? event.type,
    cell: ({ event }) => {
      const name = nameOf(event.type) ?? event.type;
      return (
        <span className="font-mono">
          <Tag tone={tones[name] ?? "off"}>{name}</Tag>
        </span>
      );
    },
  },
  {
    id: "what",
    header: "What",
    value: wordsOfEvent,
    cell: (followed) => (
      <span className="block max-w-[52ch] truncate" title={wordsOfEvent(followed)}>
        {wordsOfEvent(followed)}
      </span>
    ),
  },
  {
    id: "about",
    header: "About",
    value: ({ event }) => event.subject,
    cell: ({ event }) => <IdCell id={event.subject} />,
  },
  {
    id: "key",
    header: "Order key",
    isHidden: true,
    value: ({ event }) => event.partitionkey,
    cell: ({ event }) => <IdCell id={event.partitionkey} />,
  },
  {
    id: "stored",
    header: "Stored",
    isHidden: true,
    value: ({ place }) => (place === null ? "live only" : place),
    cell: ({ place }) => <span className="text-muted">{place ?? "live only"}</span>,
  },
];
