import { Plus, X } from "lucide-react";
import { KeyField } from "#connect/key-field.tsx";
import { MakeKey } from "#connect/make-key.tsx";
import { ModelField } from "#connect/model-field.tsx";
import { Button, IconButton } from "#parts/button.tsx";
import { wordsOf } from "#parts/states.tsx";
import type { ChosenModels } from "./use-chosen-models.ts";

interface ModelsPanelProps {
  readonly apiKey: string;
  readonly onKey: (key: string) => void;
  readonly chosen: ChosenModels;
}

/** With which key, and which models are asked: one, or two at once. */
export function ModelsPanel({ apiKey, onKey, chosen }: ModelsPanelProps) {
  const { names, models, error } = chosen;
  return (
    <div className="grid gap-3.5 px-4 py-3">
      <KeyField
        value={apiKey}
        onChange={onKey}
        error={error === null ? undefined : wordsOf(error)}
        create={<MakeKey onMade={onKey} />}
      />
      <ModelField models={names} model={models[0] ?? ""} onChange={chosen.choose} />
      {models[1] === undefined ? (
        <div>
          <Button disabled={names.length === 0} onClick={chosen.compare}>
            <Plus aria-hidden className="size-3.5" />
            Compare with another
          </Button>
        </div>
      ) : (
        <div className="flex items-end gap-1">
          <div className="min-w-0 flex-1">
            <ModelField label="Second model" models={names} model={models[1]} onChange={chosen.chooseSecond} />
          </div>
          <IconButton label="Remove the second model" icon={<X />} onClick={chosen.compareNoMore} />
        </div>
      )}
    </div>
  );
}
