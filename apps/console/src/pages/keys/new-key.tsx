import { useState } from "react";
import { useApi } from "#api/api.tsx";
import type { CreatedApiKey } from "#api/queries.ts";
import { firstGuides } from "#connect/guides.ts";
import { ModelField } from "#connect/model-field.tsx";
import { Snippets } from "#connect/snippets.tsx";
import { TryIt, useModelsOf } from "#connect/try-it.tsx";
import { Button } from "#parts/button.tsx";
import { CopyTextButton } from "#parts/copy.tsx";
import { Dialog, DialogButtons } from "#parts/dialog.tsx";
import { Tabs } from "#parts/tabs.tsx";

interface NewKeyProps {
  readonly created: CreatedApiKey;
  readonly onClose: () => void;
}

/** The one time that the key is shown. */
export function NewKey({ created, onClose }: NewKeyProps) {
  const { serverUrl } = useApi();
  const models = useModelsOf(created.key);
  const [chosen, setChosen] = useState("");
  const [client, setClient] = useState(firstGuides[0]?.name ?? "");
  const model = chosen === "" ? (models[0] ?? "") : chosen;
  const guide = firstGuides.find(({ name }) => name === client) ?? firstGuides[0];
  return (
    <Dialog
      isOpen
      isSticky
      title={`Key “${created.name}”`}
      description="Copy it now: it is shown this once, and GhostLLM keeps only its hash."
      onClose={onClose}
    >
      <div className="grid gap-4">
        <div className="flex items-center gap-2">
          <code className="min-w-0 flex-1 rounded-sm border border-line bg-sunken px-3 py-1.5 font-mono text-xs break-all">
            {created.key}
          </code>
          <CopyTextButton text={created.key}>Copy key</CopyTextButton>
        </div>
        <ModelField models={models} model={model} onChange={setChosen} />
        <TryIt apiKey={created.key} model={model} />
        <Tabs label="Client" names={firstGuides.map(({ name }) => name)} chosen={client} onChoose={setClient} />
        {guide !== undefined && (
          <Snippets
            key={guide.id}
            guide={guide}
            settings={{ url: serverUrl, key: created.key, model: model === "" ? "MODEL" : model }}
          />
        )}
      </div>
      <DialogButtons>
        <Button onClick={onClose}>Done</Button>
      </DialogButtons>
    </Dialog>
  );
}
