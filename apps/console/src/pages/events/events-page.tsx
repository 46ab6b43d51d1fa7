import { Plus } from "lucide-react";
import { useCaller } from "#api/me.ts";
import { Page } from "#frame/page.tsx";
import { Button } from "#parts/button.tsx";
import { NotAllowed } from "#parts/states.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { useGo, useSearchValue } from "#parts/use-search.ts";
import { EventTail } from "./event-tail.tsx";
import { CreateWebhook, WebhooksPanel } from "./webhooks-panel.tsx";

const [live, hooks] = ["Live", "Webhooks"] as const;

export function EventsPage() {
  const { may } = useCaller();
  const go = useGo();
  const [show = live] = useSearchValue("show");
  const [dialog, setDialog] = useSearchValue("new");
  const isRefused = show === hooks && !may("webhooks.read");
  const tabs = may("webhooks.read") && (
    <Tabs
      label="Part"
      names={[live, hooks]}
      chosen={show}
      onChoose={(name) => void go(name === live ? "/events" : `/events?show=${name}`)}
    />
  );
  const create = may("webhooks.create") && (
    <Button
      look="primary"
      onClick={() => (show === hooks ? setDialog("webhook") : void go(`/events?show=${hooks}&new=webhook`))}
    >
      <Plus aria-hidden className="size-3.5" />
      Create webhook
    </Button>
  );
  return (
    <Page title="Events" filters={tabs} actions={create}>
      {isRefused && <NotAllowed />}
      {show === hooks && !isRefused && <WebhooksPanel create={create} />}
      {show !== hooks && (may("events.read") ? <EventTail /> : <NotAllowed />)}
      {dialog === "webhook" && may("webhooks.create") && <CreateWebhook onClose={() => setDialog(undefined)} />}
    </Page>
  );
}
