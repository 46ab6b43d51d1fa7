import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import type { Budget } from "#api/queries.ts";
import { Dialog } from "#parts/dialog.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { LimitsFields, limitsToTexts, textsToLimits } from "#parts/limits-fields.tsx";
import type { LimitedValues } from "#parts/limits-fields.tsx";
import { Loaded } from "#parts/states.tsx";
import { useChanged } from "#parts/use-changed.ts";
import { budgetKindOf, budgetKinds } from "./budget-kinds.ts";
import { holderQuery, updateHolder } from "./update-holder.ts";
import type { Holder } from "./update-holder.ts";

interface ChangeBudgetProps {
  readonly budget: Pick<Budget, "kind" | "id" | "name">;
  readonly onClose: () => void;
}

/** Its limits, and the budget over its whole life where it can have one. */
export function ChangeBudget({ budget, onClose }: ChangeBudgetProps) {
  const api = useApi();
  const { kind, id, name } = budget;
  const of = budgetKinds[budgetKindOf(kind)];
  const holder = useQuery(holderQuery(api, budgetKindOf(kind), id));
  return (
    <Dialog
      isOpen
      title={of.hasLife ? `Budget and limits of ${name}` : `Limits of ${name}`}
      description={
        of.hasLife
          ? "In force at once, also for what is spent already. To let it begin anew, raise the budget."
          : `In force at once, over ${of.holder}, whoever asks.`
      }
      onClose={onClose}
    >
      <Loaded query={holder}>{(present) => <BudgetForm {...{ budget, present, onClose }} />}</Loaded>
    </Dialog>
  );
}

interface BudgetFormProps extends ChangeBudgetProps {
  readonly present: Holder;
}

function BudgetForm({ budget: { kind, id, name }, present, onClose }: BudgetFormProps) {
  const api = useApi();
  const changed = useChanged();
  const of = budgetKinds[budgetKindOf(kind)];
  const { limits, budget_usd = null } = present;
  const { form, errorOf, failure, isBusy, submit } = useServerForm<LimitedValues>({
    ...{ present, defaultValues: limitsToTexts({ limits, budget_usd }) },
    send: async (values, call) => {
      await updateHolder(api, budgetKindOf(kind), { params: { id }, body: textsToLimits(values) }, call);
      await changed(name, "budgets", of.list);
      onClose();
    },
  });
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate>
      <LimitsFields
        autoFocus
        register={(field) => form.register(field)}
        errorOf={errorOf}
        holder={of.hasLife ? of.holder : null}
      />
      <FormFailure failure={failure} />
      <FormButtons action="Save changes" isBusy={isBusy} onCancel={onClose} />
    </form>
  );
}
