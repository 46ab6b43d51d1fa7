import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useId } from "react";
import { useApi } from "#api/api.tsx";
import { Button } from "#parts/button.tsx";
import { saveFile } from "#parts/save-file.ts";
import { wordsOf } from "#parts/states.tsx";
import type { TimeRange } from "#parts/time-range.ts";
import { useToast } from "#parts/toast.tsx";
import { ViewsMenu } from "#views/views-menu.tsx";
import { buckets, dimensions, toQuery } from "./usage-view.ts";
import type { Dimension, UsageView } from "./usage-view.ts";

interface ViewBarProps {
  readonly view: UsageView;
  readonly range: TimeRange;
}

const bucketWords = { auto: "suitable times", minute: "minute", hour: "hour", day: "day" } as const;
const titles: Readonly<Record<Dimension, string>> = {
  model: "Model",
  provider: "Provider",
  key: "Key",
  user: "User",
  team: "Team",
  organisation: "Organisation",
  alias: "Name asked for",
  status: "Status",
};

export function ViewBar({ view, range }: ViewBarProps) {
  const [first, second] = view.by;
  const others = dimensions.filter((one) => one !== first);
  return (
    <section aria-label="View" className="flex flex-wrap items-center gap-x-3 gap-y-2">
      <Choice
        label="By"
        value={first}
        choices={dimensions.map((one) => [one, titles[one]])}
        onChoose={(value) => view.change({ by: second === undefined || second === value ? [value] : [value, second] })}
      />
      <Choice<Dimension | "">
        label="and"
        value={second ?? ""}
        choices={[["", "nothing else"], ...others.map((one) => [one, titles[one]] as const)]}
        onChoose={(value) => view.change({ by: value === "" ? [first] : [first, value] })}
      />
      <Choice
        label="per"
        value={view.bucket}
        choices={buckets.map((one) => [one, bucketWords[one]])}
        onChoose={(bucket) => view.change({ bucket })}
      />
      <label className="flex h-(--control) items-center gap-1.5 text-muted">
        <input
          type="checkbox"
          className="size-3.5 accent-accent"
          checked={view.compares}
          onChange={(event) => view.change({ compares: event.target.checked })}
        />
        Compare with the period before
      </label>
      <span className="flex-1" />
      <ViewsMenu page="usage" />
      <Export view={view} range={range} />
    </section>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly (readonly [value: Value, title: string])[];
  readonly onChoose: (value: Value) => void;
}

function Choice<Value extends string>({ label, value, choices, onChoose }: ChoiceProps<Value>) {
  const id = useId();
  return (
    <span className="flex items-center gap-1.5">
      <label htmlFor={id} className="text-muted">
        {label}
      </label>
      <select
        id={id}
        value={value}
        className="h-(--control) rounded-sm border border-line-strong bg-surface px-2"
        onChange={(event) => {
          const chosen = choices.find(([one]) => one === event.target.value);
          if (chosen !== undefined) onChoose(chosen[0]);
        }}
      >
        {choices.map(([one, title]) => (
          <option key={one} value={one}>
            {title}
          </option>
        ))}
      </select>
    </span>
  );
}

/** All groups and times, as the server writes them. */
function Export({ view, range }: ViewBarProps) {
  const { client } = useApi();
  const toast = useToast();
  const { order_by: _, ...query } = toQuery(view);
  const read = useMutation({
    mutationFn: () => client.usage.export({ query: { ...query, bucket: view.bucket, ...range.span() } }),
    onSuccess: (csv) => saveFile(`usage-by-${view.by.join("-")}.csv`, "text/csv", csv),
    onError: (error) => toast.fail(wordsOf(error)),
  });
  return (
    <Button isBusy={read.isPending} onClick={() => read.mutate()}>
      <Download aria-hidden className="size-3.5" />
      Download CSV
    </Button>
  );
}
