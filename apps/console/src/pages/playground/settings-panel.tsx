import { ChevronRight } from "lucide-react";
import { useState } from "react";
import type { ReactNode } from "react";
import { Button } from "#parts/button.tsx";
import { JsonField } from "#parts/code/json-field.tsx";
import { inputClass } from "#parts/field.tsx";
import { ChoiceField, NumberField } from "./setting-fields.tsx";
import { countTools, schemaExample, toolsExample } from "./settings.ts";
import type { Faults, Settings } from "./settings.ts";

interface SettingsProps {
  readonly settings: Settings;
  readonly faults: Faults;
  readonly onChange: (change: Partial<Settings>) => void;
}

interface SettingsPanelProps extends SettingsProps {
  /** What no chosen model can is not offered. */
  readonly can: { readonly functions: boolean; readonly thinking: boolean };
}

export function SettingsPanel({ can, ...props }: SettingsPanelProps) {
  const { settings, faults, onChange } = props;
  return (
    <div>
      <Section title="System prompt" note={settings.system === "" ? "" : "set"}>
        <textarea
          aria-label="System prompt"
          rows={4}
          placeholder="How the model is to answer"
          className={`${inputClass} field-sizing-content h-auto max-h-60 min-h-[90px] resize-none py-2`}
          value={settings.system}
          onChange={(event) => onChange({ system: event.target.value })}
        />
      </Section>
      <Section title="Parameters" note={parameterNote(settings)}>
        <Parameters {...props} canThink={can.thinking} />
      </Section>
      {can.functions && (
        <Section title="Tools" note={faults.tools === undefined ? toolsNote(settings) : "not valid"}>
          <Tools {...props} />
        </Section>
      )}
      <Section title="Answer by a schema" note={faults.schema === undefined ? schemaNote(settings) : "not valid"}>
        <JsonField
          label="JSON Schema"
          help="The answer is JSON of this form."
          error={faults.schema}
          value={settings.schema}
          onChange={(schema) => onChange({ schema })}
        />
        <Example isThere={settings.schema !== ""} onInsert={() => onChange({ schema: schemaExample })} />
      </Section>
    </div>
  );
}

function parameterNote({ temperature, maxTokens, effort, isStreamed }: Settings): string {
  const count = [temperature, maxTokens, effort, isStreamed ? "" : "whole"].filter((value) => value !== "").length;
  return count === 0 ? "" : `${count} set`;
}

function toolsNote(settings: Settings): string {
  const count = countTools(settings);
  return count === 0 ? "" : String(count);
}

function schemaNote({ schema }: Settings): string {
  return schema.trim() === "" ? "" : "set";
}

interface SectionProps {
  readonly title: string;
  readonly note: string;
  readonly children: ReactNode;
}

/** What is in it is made when somebody opens it, and stays. */
function Section({ title, note, children }: SectionProps) {
  const [wasOpened, setOpened] = useState(false);
  return (
    <details className="group border-t border-line" onToggle={() => setOpened(true)}>
      <summary className="flex h-9 items-center gap-1.5 pr-4 pl-3 font-medium hover:bg-hover focus-visible:-outline-offset-2">
        <ChevronRight aria-hidden className="size-3.5 text-faint transition group-open:rotate-90" />
        {title}
        <span className="flex-1" />
        <span className="text-xs font-normal text-muted">{note}</span>
      </summary>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-3 px-4 pt-1 pb-3.5">{wasOpened && children}</div>
    </details>
  );
}

const efforts = ["none", "minimal", "low", "medium", "high"];

function Parameters({ settings, onChange, canThink }: SettingsProps & { readonly canThink: boolean }) {
  return (
    <>
      <div className="grid grid-cols-2 gap-3">
        <NumberField
          label="Temperature"
          min={0}
          step={0.1}
          value={settings.temperature}
          onChange={(temperature) => onChange({ temperature })}
        />
        <NumberField
          label="Max tokens"
          min={1}
          step={1}
          value={settings.maxTokens}
          onChange={(maxTokens) => onChange({ maxTokens })}
        />
      </div>
      {canThink && (
        <ChoiceField
          label="Reasoning effort"
          choices={efforts}
          value={settings.effort}
          onChange={(effort) => onChange({ effort })}
        />
      )}
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          className="size-3.5 accent-accent"
          checked={settings.isStreamed}
          onChange={(event) => onChange({ isStreamed: event.target.checked })}
        />
        Stream the answer
      </label>
    </>
  );
}

function Tools({ settings, faults, onChange }: SettingsProps) {
  return (
    <>
      <JsonField
        label="Tool definitions"
        help="A list, as OpenAI's chat API takes it. Nothing is called from here: you type what a tool says."
        error={faults.tools}
        value={settings.tools}
        onChange={(tools) => onChange({ tools })}
      />
      <Example isThere={settings.tools !== ""} onInsert={() => onChange({ tools: toolsExample })} />
      <ChoiceField
        label="Tool choice"
        choices={["auto", "required", "none"]}
        value={settings.toolChoice}
        onChange={(toolChoice) => onChange({ toolChoice })}
      />
    </>
  );
}

function Example({ isThere, onInsert }: { readonly isThere: boolean; readonly onInsert: () => void }) {
  if (isThere) return null;
  return (
    <div>
      <Button onClick={onInsert}>Insert an example</Button>
    </div>
  );
}
