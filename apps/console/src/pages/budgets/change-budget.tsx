import type { Client } from "@ghostllm/contract/client";
import { useApi } from "#api/api.tsx";
import type { Budget, BudgetKind } from "#api/queries.ts";
import { budgetKindOf, budgetKinds } from "#budgets/budget-kinds.ts";
import { Dialog } from "#parts/dialog.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { LimitsFields, limitsToTexts, textsToLimits } from "#parts/limits-fields.tsx";
import type { LimitedValues } from "#parts/limits-fields.tsx";
import { useChanged } from "#parts/use-changed.ts";

interface Update {
  readonly params: { readonly id: string };
  readonly body: ReturnType<typeof textsToLimits>;
}

function updateHolder(client: Client, kind: BudgetKind, update: Update): Promise<unknown> {
  const ways: Readonly<Record<BudgetKind, () => Promise<unknown>>> = {
    key: () => client.apiKeys.update(update),
    user: () => client.users.update(update),
    team: () => client.teams.update(update),
    organisation: () => client.organisations.update(update),
  };
  return ways[kind]();
}

interface ChangeBudgetProps {
  readonly budget: Budget;
  readonly onClose: () => void;
}

export function ChangeBudget({ budget, onClose }: ChangeBudgetProps) {
  const { client } = useApi();
  const changed = useChanged();
  const { kind, id, name } = budget;
  const of = budgetKinds[budgetKindOf(kind)];
  const send = async (values: LimitedValues): Promise<void> => {
    const body = textsToLimits(values);
    await updateHolder(client, budgetKindOf(kind), { params: { id }, body });
    await changed(name, "budgets", of.list);
    onClose();
  };
  const { form, errorOf, failure, isBusy, submit } = useServerForm<LimitedValues>({
    defaultValues: limitsToTexts(budget),
    send,
  });
  return (
    <Dialog
      isOpen
      title={`Budget and limits of ${name}`}
      description="In force at once, also for what is spent already. To let it begin anew, raise the budget."
      onClose={onClose}
    >
      <form className="grid gap-3.5" onSubmit={submit} noValidate>
        <LimitsFields autoFocus register={(field) => form.register(field)} errorOf={errorOf} holder={of.holder} />
        <FormFailure failure={failure} />
        <FormButtons action="Save changes" isBusy={isBusy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
