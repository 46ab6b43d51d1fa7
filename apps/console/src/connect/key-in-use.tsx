import { useState } from "react";
import { useApi } from "#api/api.tsx";
import { CopyTextButton } from "#parts/copy.tsx";
import { Tabs } from "#parts/tabs.tsx";
import { firstGuides } from "./guides.ts";
import { ModelField } from "./model-field.tsx";
import { useModelNamesOf } from "./models-of-key.ts";
import { Snippets } from "./snippets.tsx";
import { TryIt } from "./try-it.tsx";

/** A key that is shown this once: copied, tried, and put into the settings of clients. */
export function KeyInUse({ apiKey }: { readonly apiKey: string }) {
  const { serverUrl } = useApi();
  const models = useModelNamesOf(apiKey);
  const [chosen, setChosen] = useState("");
  const [client, setClient] = useState(firstGuides[0]?.name ?? "");
  const model = chosen === "" ? (models[0] ?? "") : chosen;
  const guide = firstGuides.find(({ name }) => name === client) ?? firstGuides[0];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <div className="flex items-center gap-2">
        <code className="min-w-0 flex-1 rounded-sm border border-line bg-sunken px-3 py-1.5 font-mono text-xs break-all">
          {apiKey}
        </code>
        <CopyTextButton text={apiKey}>Copy key</CopyTextButton>
      </div>
      <ModelField models={models} model={model} onChange={setChosen} />
      <TryIt key={guide?.id} apiKey={apiKey} model={model} asking={guide?.asks} />
      <Tabs label="Client" names={firstGuides.map(({ name }) => name)} chosen={client} onChoose={setClient} />
      {guide !== undefined && (
        <Snippets
          key={guide.id}
          guide={guide}
          settings={{ url: serverUrl, key: apiKey, model: model === "" ? "MODEL" : model }}
        />
      )}
    </div>
  );
}
