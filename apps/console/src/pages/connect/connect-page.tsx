import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useApi } from "#api/api.tsx";
import { keyPlaceholder } from "#connect/client.ts";
import type { ClientGuide } from "#connect/client.ts";
import { guides } from "#connect/guides.ts";
import { KeyField } from "#connect/key-field.tsx";
import { ModelField } from "#connect/model-field.tsx";
import { useModelNamesOf } from "#connect/models-of-key.ts";
import { Snippets } from "#connect/snippets.tsx";
import { TryIt } from "#connect/try-it.tsx";
import { Page } from "#frame/page.tsx";
import { buttonClass } from "#parts/button.tsx";
import { Panel } from "#parts/panel.tsx";
import { useSearchValue } from "#parts/use-search.ts";

const kinds = ["SDKs", "Coding agents", "Programs"] as const;

export function ConnectPage() {
  const { serverUrl } = useApi();
  const [client] = useSearchValue("client");
  const [key, setKey] = useState("");
  const [chosen, setChosen] = useState("");
  const models = useModelNamesOf(key);
  const model = models.includes(chosen) ? chosen : (models[0] ?? "");
  const guide = guides.find(({ id }) => id === client) ?? guides[0];
  if (guide === undefined) return null;
  const settings = { url: serverUrl, key: key === "" ? keyPlaceholder : key, model: model === "" ? "MODEL" : model };
  return (
    <Page title="Connect">
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-[minmax(0,320px)_minmax(0,1fr)]">
        <Panel title="Key and model">
          <div className="grid gap-3.5 px-4 py-3">
            <KeyField value={key} onChange={setKey} create={<CreateKey />} />
            <ModelField models={models} model={model} onChange={setChosen} />
            <TryIt key={guide.id} apiKey={key} model={model} asking={guide.asks} />
          </div>
        </Panel>
        <Panel title={guide.name} note={guide.kind}>
          <div className="grid sm:grid-cols-[164px_minmax(0,1fr)]">
            <GuideList chosen={guide} />
            <div className="min-w-0 px-4 py-3">
              <Snippets key={guide.id} guide={guide} settings={settings} />
            </div>
          </div>
        </Panel>
      </div>
    </Page>
  );
}

function CreateKey() {
  return (
    <Link to="/keys" search={{ new: "key" }} className={buttonClass()}>
      Create a key
    </Link>
  );
}

function GuideList({ chosen }: { readonly chosen: ClientGuide }) {
  return (
    <nav aria-label="Clients" className="border-b border-line p-2 sm:border-r sm:border-b-0">
      {kinds.map((kind) => (
        <div key={kind}>
          <h3 className="px-2 pt-2 pb-1 text-xs font-medium text-faint">{kind}</h3>
          <ul className="flex flex-wrap sm:block">
            {guides
              .filter((guide) => guide.kind === kind)
              .map(({ id, name }) => (
                <li key={id}>
                  <Link
                    to="/connect"
                    search={{ client: id }}
                    aria-current={id === chosen.id ? "true" : undefined}
                    className="block rounded-sm px-2 py-1 text-muted hover:bg-hover aria-[current=true]:bg-selected aria-[current=true]:font-medium aria-[current=true]:text-text"
                  >
                    {name}
                  </Link>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
