// The targets of an alias in their order: dragged by the handle, or moved by its buttons.

import { ArrowDown, ArrowUp, Gauge, GripVertical, Plus, X } from "lucide-react";
import { useState } from "react";
import { useCaller } from "#api/me.ts";
import type { Model, Provider } from "#api/queries.ts";
import { Button, IconButton } from "#parts/button.tsx";
import { inputClass } from "#parts/field.tsx";
import { isLimited, moved, targetLimitNames, withTarget } from "./targets.ts";
import type { EditedTarget } from "./targets.ts";

interface TargetListProps {
  readonly targets: readonly EditedTarget[];
  readonly onChange: (targets: readonly EditedTarget[]) => void;
  readonly isWeighted: boolean;
  readonly providers: readonly Provider[];
  readonly models: readonly Model[];
  /** Of a field of one target, such as `targets[0].model`. */
  readonly errorOf: (name: string) => string | undefined;
}

export function TargetList(props: TargetListProps) {
  const { targets, onChange, providers } = props;
  const [dragged, setDragged] = useState<number | null>(null);
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium">Targets</legend>
      <ol className="grid gap-1.5">
        {targets.map((target, at) => (
          <li
            key={target.key}
            onDragOver={(event) => {
              if (dragged === null) return;
              event.preventDefault();
              if (dragged !== at) {
                onChange(moved(targets, dragged, at));
                setDragged(at);
              }
            }}
            className={`rounded-sm border border-line bg-surface py-1.5 pr-1 pl-1 transition ${dragged === at ? "opacity-60" : ""}`}
          >
            <TargetRow {...props} target={target} at={at} onDrag={setDragged} />
          </li>
        ))}
      </ol>
      <div>
        <Button onClick={() => onChange(withTarget(targets, providers[0]?.name ?? ""))}>
          <Plus aria-hidden className="size-3.5" />
          Add target
        </Button>
      </div>
    </fieldset>
  );
}

interface TargetRowProps extends TargetListProps {
  readonly target: EditedTarget;
  readonly at: number;
  readonly onDrag: (at: number | null) => void;
}

function TargetRow(props: TargetRowProps) {
  const { targets, onChange, target, at, isWeighted, errorOf } = props;
  const change = (changed: Partial<EditedTarget>): void => onChange(targets.with(at, { ...target, ...changed }));
  const [isOpen, setOpen] = useState(isLimited(target));
  const limits = targetLimitNames.map((name) => `limits.${name}`);
  const fields = ["provider", "model", "weight", "limits", ...limits];
  const fault = fields.map((name) => errorOf(`targets[${at}].${name}`)).find(Boolean);
  return (
    <>
      <div className="flex flex-wrap items-center gap-1.5 sm:flex-nowrap">
        <Handle {...props} />
        <ProviderAndModel {...props} change={change} />
        {isWeighted && (
          <input
            aria-label={`Weight of target ${at + 1}`}
            inputMode="numeric"
            className={`${inputClass} w-16! shrink-0 text-right`}
            value={target.weight}
            onChange={(event) => change({ weight: event.target.value })}
          />
        )}
        <RowButtons {...props} isOpen={isOpen} onOpen={setOpen} />
      </div>
      {isOpen && <LimitFields at={at} target={target} change={change} />}
      {fault !== undefined && <p className="mt-1 pl-8 text-xs text-bad">{fault}</p>}
    </>
  );
}

function Handle({ at, onDrag }: TargetRowProps) {
  return (
    <span
      draggable
      aria-hidden
      title="Drag to change the order"
      className="cursor-grab px-1 text-faint hover:text-text active:cursor-grabbing"
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        onDrag(at);
      }}
      onDragEnd={() => onDrag(null)}
    >
      <GripVertical className="size-4" />
    </span>
  );
}

interface ProviderAndModelProps extends TargetRowProps {
  readonly change: (changed: Partial<EditedTarget>) => void;
}

function ProviderAndModel({ target, at, providers, models, change }: ProviderAndModelProps) {
  const listId = `models-of-target-${target.key}`;
  const { may } = useCaller();
  const names = providers.map(({ name }) => name);
  const common = { "aria-label": `Provider of target ${at + 1}`, className: `${inputClass} w-32! shrink-0` };
  return (
    <>
      {may("providers.read") ? (
        <select
          {...common}
          value={target.provider}
          onChange={(event) => change({ provider: event.target.value, model: "" })}
        >
          {!names.includes(target.provider) && <option value={target.provider}>{target.provider}</option>}
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      ) : (
        // Whoever sees no list of providers writes the name.
        <input
          {...common}
          autoComplete="off"
          placeholder="provider"
          value={target.provider}
          onChange={(event) => change({ provider: event.target.value })}
        />
      )}
      <input
        aria-label={`Model of target ${at + 1}`}
        list={listId}
        autoComplete="off"
        placeholder="model"
        className={`${inputClass} min-w-32 flex-1 font-mono text-xs`}
        value={target.model}
        onChange={(event) => change({ model: event.target.value })}
      />
      <datalist id={listId}>
        {models
          .filter(({ provider }) => provider === target.provider)
          .map(({ id, name }) => (
            <option key={id} value={name} />
          ))}
      </datalist>
    </>
  );
}

const limitWords = {
  requests_per_minute: "Requests per minute",
  tokens_per_minute: "Tokens per minute",
  concurrent_requests: "At a time",
} as const;

/** What this alias sends there is held to. */
function LimitFields({ at, target, change }: Pick<ProviderAndModelProps, "at" | "target" | "change">) {
  return (
    <div className="mt-1.5 grid gap-1.5 pl-8 sm:grid-cols-3">
      {targetLimitNames.map((name) => (
        <label key={name} className="grid gap-0.5 text-xs text-muted">
          {limitWords[name]}
          <input
            aria-label={`${limitWords[name]} of target ${at + 1}`}
            inputMode="numeric"
            placeholder="unlimited"
            className={`${inputClass} text-right`}
            value={target.limits[name]}
            onChange={(event) => change({ limits: { ...target.limits, [name]: event.target.value } })}
          />
        </label>
      ))}
    </div>
  );
}

interface RowButtonsProps extends TargetRowProps {
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
}

function RowButtons({ targets, onChange, at, isOpen, onOpen }: RowButtonsProps) {
  return (
    <span className="flex shrink-0">
      <IconButton
        label={`Limits of target ${at + 1}`}
        icon={<Gauge />}
        aria-expanded={isOpen}
        onClick={() => onOpen(!isOpen)}
      />
      <IconButton
        label={`Move target ${at + 1} up`}
        icon={<ArrowUp />}
        disabled={at === 0}
        onClick={() => onChange(moved(targets, at, at - 1))}
      />
      <IconButton
        label={`Move target ${at + 1} down`}
        icon={<ArrowDown />}
        disabled={at === targets.length - 1}
        onClick={() => onChange(moved(targets, at, at + 1))}
      />
      <IconButton
        label={`Take target ${at + 1} away`}
        icon={<X />}
        onClick={() => onChange(targets.toSpliced(at, 1))}
      />
    </span>
  );
}
