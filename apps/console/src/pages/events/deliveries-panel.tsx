import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Webhook, WebhookDelivery } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { Dialog } from "#parts/dialog.tsx";
import { CodeBlock, Panel } from "#parts/panel.tsx";
import { Empty, Loaded, wordsOf } from "#parts/states.tsx";
import { Status, type Tone } from "#parts/status.tsx";
import type { Column } from "#parts/table/columns.ts";
import { textColumn, timeColumn } from "#parts/table/kinds.tsx";
import { Table } from "#parts/table/table.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { useToast } from "#parts/toast.tsx";
import { useSearchValue } from "#parts/use-search.ts";
import { Time } from "#parts/values.tsx";

const states = ["all", "waiting", "delivered", "dead"] as const;
const mostShown = 200;

/** What was sent to a webhook, what waits, and what has not arrived: that is sent again by hand. */
export function DeliveriesPanel({ webhook: { id } }: { readonly webhook: Webhook }) {
  const { client } = useApi();
  const [chosen = "all", choose] = useSearchValue("state");
  const state = states.find((one) => one === chosen && one !== "all");
  const [opened, setOpened] = useState<WebhookDelivery | null>(null);
  const deliveries = useQuery({
    queryKey: ["webhooks", id, "deliveries", chosen],
    queryFn: ({ signal }) => {
      const narrowed = state === undefined || state === "all" ? {} : { state };
      return client.webhooks.deliveries({ params: { id }, query: { limit: mostShown, ...narrowed } }, { signal });
    },
    refetchInterval: 5_000,
  });
  const columns = useColumns(id);
  const tabs = (
    <Tabs
      label="State"
      names={states}
      chosen={state ?? "all"}
      onChoose={(name) => choose(name === "all" ? undefined : name)}
    />
  );
  return (
    <Panel title="Deliveries" actions={tabs}>
      <Loaded query={deliveries}>
        {({ data, next }) => (
          <Table
            name="deliveries"
            columns={columns}
            rows={data}
            isWhole={next === null}
            idOf={(one) => one.id}
            onOpen={setOpened}
            empty={<Empty>{state === undefined ? "Nothing has been sent yet." : `None is ${state}.`}</Empty>}
          />
        )}
      </Loaded>
      {opened !== null && (
        <Dialog
          isOpen
          title={opened.event_type}
          description={`${opened.state} after ${opened.attempts} attempts${opened.last_error === null ? "" : `: ${opened.last_error}`}`}
          onClose={() => setOpened(null)}
        >
          <CodeBlock label="The event" code={JSON.stringify(opened.event, null, 2)} />
        </Dialog>
      )}
    </Panel>
  );
}

const tones: Readonly<Record<string, Tone>> = { waiting: "info", delivered: "good", dead: "bad" };

function useColumns(webhookId: string): readonly Column<WebhookDelivery>[] {
  const { may } = useCaller();
  const mayResend = may("webhooks.test");
  return useMemo(() => {
    const again: Column<WebhookDelivery> = {
      id: "again",
      header: "Again",
      value: ({ state }) => state,
      cell: (delivery) => (delivery.state === "waiting" ? null : <ResendButton {...{ webhookId, delivery }} />),
    };
    return [...columns, ...(mayResend ? [again] : [])];
  }, [mayResend, webhookId]);
}

const columns: readonly Column<WebhookDelivery>[] = [
  timeColumn({ id: "created", header: "Time", value: ({ created_at }) => created_at }),
  textColumn({ id: "type", header: "Event", value: ({ event_type }) => event_type.replace(/^ghostllm\./, "") }),
  {
    id: "state",
    header: "State",
    value: ({ state }) => state,
    cell: ({ state }) => <Status tone={tones[state] ?? "off"}>{state}</Status>,
  },
  {
    id: "attempts",
    header: "Attempts",
    isNumber: true,
    value: ({ attempts }) => attempts,
    cell: ({ attempts }) => attempts,
  },
  textColumn({
    id: "answer",
    header: "Last answer",
    value: ({ last_status, last_error }) => last_error ?? (last_status === null ? "" : `HTTP ${last_status}`),
  }),
  {
    id: "next",
    header: "Next attempt",
    value: ({ next_attempt_at }) => next_attempt_at,
    cell: ({ next_attempt_at }) => (
      <span className="text-muted">
        <Time at={next_attempt_at} never="—" />
      </span>
    ),
  },
];

interface ResendProps {
  readonly webhookId: string;
  readonly delivery: WebhookDelivery;
}

function ResendButton({ webhookId, delivery: { id } }: ResendProps) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const resend = useMutation({
    mutationFn: () => client.webhooks.resend({ params: { id: webhookId, delivery_id: id } }),
    onSuccess: async () => {
      await refresh("webhooks");
      toast.tell("It is being sent again");
    },
    onError: (error) => toast.fail(wordsOf(error)),
  });
  return (
    <Button look="quiet" className="h-6!" onClick={() => resend.mutate()} isBusy={resend.isPending}>
      Send again
    </Button>
  );
}
