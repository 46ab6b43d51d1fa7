import { useQuery } from "@tanstack/react-query";
import { useWatch } from "react-hook-form";
import type { AliasStrategy } from "@ghostllm/contract";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Alias } from "#api/queries.ts";
import { CheckField, SelectField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useFormPart, useServerForm } from "#parts/form.tsx";
import type { ServerForm } from "#parts/form.tsx";
import type { Call } from "#parts/versions.ts";
import { useTeamChoices } from "./alias-teams.tsx";
import type { AliasValues } from "./alias-values.ts";
import { CacheFields, cacheValues, toCache } from "./cache-fields.tsx";
import { PolicyFields } from "./policy-fields.tsx";
import { policyValues, toPolicyBody } from "./policy-values.ts";
import { isStrategy, strategyChoices, strategyHelp } from "./strategies.ts";
import { TargetList } from "./target-list.tsx";
import { editedTargets, toTargets, withTarget } from "./targets.ts";

interface AliasBody {
  readonly team_id: string | null;
  readonly name: string;
  /** Left as it is where it is one that this console does not know. */
  readonly strategy?: AliasStrategy;
  readonly targets: ReturnType<typeof toTargets>;
  readonly cache?: ReturnType<typeof toCache>["cache"];
}

type WholeBody = AliasBody & ReturnType<typeof toPolicyBody>;

interface AliasFormProps {
  /** Null for a new one. */
  readonly present: Alias | null;
  readonly action: string;
  readonly send: (body: WholeBody, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

const helpOfEverybodys = "Every key finds it; who is held to some models needs its name among them.";

function toBody(values: AliasValues): WholeBody {
  const { name, strategy, targets, team_id: team, cache } = values;
  const of = { team_id: team === "" ? null : team, name };
  return {
    ...{ ...of, ...(isStrategy(strategy) && { strategy }), targets: toTargets(targets) },
    ...{ ...toCache(cache), ...toPolicyBody(values, strategy) },
  };
}

export function AliasForm({ present, action, send, onCancel }: AliasFormProps) {
  const { providers, models } = useTargetChoices();
  const teams = useTeamChoices(present === null ? "aliases.create" : "aliases.update");
  const server = useServerForm<AliasValues>({
    present,
    defaultValues: {
      ...{ name: present?.name ?? "", strategy: present?.strategy ?? "ordered" },
      team_id: (present === null ? teams[0]?.id : present.team_id) ?? "",
      targets: present === null ? withTarget([], providers[0]?.name ?? "") : editedTargets(present.targets),
      cache: cacheValues(present?.cache ?? null),
      ...policyValues(present),
    },
    knows: (param) => /^(targets|fallbacks|retries\.on)/.test(param),
    send: (values, call) => send(toBody(values), call),
  });
  const { form, errorOf, failure, isBusy, submit } = server;
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
      <TeamField server={server} teams={teams} />
      <StrategyField server={server} present={present?.strategy} />
      {strategy === "weighted" && <StickyField server={server} />}
      {strategy !== "ordered" && <AffinityField server={server} />}
      <TargetList
        {...{ targets, providers, models, errorOf }}
        onChange={setTargets}
        isWeighted={strategy === "weighted"}
      />
      {errorOf("targets") !== undefined && <p className="text-xs text-bad">{errorOf("targets")}</p>}
      <PolicyFields {...{ server, present }} />
      <CacheFields server={server} present={present?.cache?.scope} />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}

/** Who may not see them writes the names of targets himself. */
function useTargetChoices() {
  const { queries } = useApi();
  const { may } = useCaller();
  const providers = useQuery({ ...queries.providers, enabled: may("providers.read") }).data?.items ?? [];
  const models = useQuery({ ...queries.models, enabled: may("models.read") }).data?.items ?? [];
  return { providers, models };
}

interface StrategyFieldProps {
  readonly server: ServerForm<AliasValues>;
  readonly present: string | undefined;
}

function StrategyField({ server: { form, errorOf }, present }: StrategyFieldProps) {
  const strategy = useWatch({ control: form.control, name: "strategy" });
  return (
    <SelectField
      label="Strategy"
      help={strategyHelp(strategy)}
      error={errorOf("strategy")}
      field={form.register("strategy")}
    >
      {strategyChoices(present).map(({ value, name }) => (
        <option key={value} value={value}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}

/** For comparing two models by who asks them. */
function StickyField({ server: { form, errorOf } }: Pick<StrategyFieldProps, "server">) {
  return (
    <SelectField
      label="First target"
      help="It changes for those users alone whom a change of weights concerns."
      error={errorOf("sticky_by")}
      field={form.register("sticky_by")}
    >
      <option value="">is drawn for each request</option>
      <option value="user">stays the same for a user</option>
    </SelectField>
  );
}

function AffinityField({ server: { form, errorOf } }: Pick<StrategyFieldProps, "server">) {
  return (
    <CheckField
      label="Conversations stay with their target"
      help="Its vendor may have kept the prompt, and reads it again for less."
      error={errorOf("prompt_affinity")}
      field={form.register("prompt_affinity")}
    />
  );
}

interface TeamFieldProps {
  readonly server: ServerForm<AliasValues>;
  readonly teams: ReturnType<typeof useTeamChoices>;
}

/** Nothing where there is no team that it could be of. */
function TeamField({ server: { form, errorOf }, teams }: TeamFieldProps) {
  const teamId = useWatch({ control: form.control, name: "team_id" });
  if (teams.length === 1 && teams[0]?.id === "") return null;
  // The choices are there later than the field is: it is made anew with them.
  return (
    <SelectField
      key={`teams ${teams.length}`}
      label="Team"
      help={teamId === "" ? helpOfEverybodys : "Its keys alone find it, and it leads to what they may use."}
      error={errorOf("team_id")}
      field={form.register("team_id")}
    >
      {teams.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </SelectField>
  );
}
