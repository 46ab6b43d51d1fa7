import { useQuery } from "@tanstack/react-query";
import { useWatch } from "react-hook-form";
import { useApi } from "#api/api.tsx";
import type { Alias } from "#api/queries.ts";
import { SelectField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useFormPart, useServerForm } from "#parts/form.tsx";
import type { Call } from "#parts/versions.ts";
import { TargetList } from "./target-list.tsx";
import { editedTargets, toTargets, withTarget } from "./targets.ts";
import type { EditedTarget } from "./targets.ts";

interface AliasBody {
  readonly name: string;
  readonly strategy: "ordered" | "weighted";
  readonly targets: ReturnType<typeof toTargets>;
}

interface AliasValues {
  name: string;
  strategy: string;
  targets: readonly EditedTarget[];
}

interface AliasFormProps {
  /** Null for a new one. */
  readonly present: Alias | null;
  readonly action: string;
  readonly send: (body: AliasBody, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

function helpOf(strategy: string): string {
  return strategy === "weighted"
    ? "The first target is drawn by weight; where it fails the others follow in their order."
    : "Targets are tried from the first to the last.";
}

export function AliasForm({ present, action, send, onCancel }: AliasFormProps) {
  const { queries } = useApi();
  const providers = useQuery(queries.providers).data?.items ?? [];
  const models = useQuery(queries.models).data?.items ?? [];
  const { form, errorOf, failure, isBusy, submit } = useServerForm<AliasValues>({
    present,
    defaultValues: {
      ...{ name: present?.name ?? "", strategy: present?.strategy === "weighted" ? "weighted" : "ordered" },
      targets: present === null ? withTarget([], providers[0]?.name ?? "") : editedTargets(present.targets),
    },
    knows: (param) => param.startsWith("targets"),
    send: ({ name, strategy, targets: edited }, call) =>
      send({ name, strategy: strategy === "weighted" ? "weighted" : "ordered", targets: toTargets(edited) }, call),
  });
  const [targets, setTargets] = useFormPart(form, "targets");
  const strategy = useWatch({ control: form.control, name: "strategy" });
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate>
      <TextField
        label="Name"
        placeholder="smart"
        autoFocus={present === null}
        autoComplete="off"
        help="What clients ask for instead of a model."
        error={errorOf("name")}
        field={form.register("name")}
      />
      <SelectField
        label="Strategy"
        help={helpOf(strategy)}
        error={errorOf("strategy")}
        field={form.register("strategy")}
      >
        <option value="ordered">In order</option>
        <option value="weighted">By weight</option>
      </SelectField>
      <TargetList
        {...{ targets, providers, models, errorOf }}
        onChange={setTargets}
        isWeighted={strategy === "weighted"}
      />
      {errorOf("targets") !== undefined && <p className="text-xs text-bad">{errorOf("targets")}</p>}
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}
