// What is asked when a budget by period is made, changed, increased for a while or ended. Loaded when somebody does.

import type { Budget } from "#api/queries.ts";
import { formatCap } from "#format/money.ts";
import { ConfirmDialog, Dialog } from "#parts/dialog.tsx";
import { TextField } from "#parts/field.tsx";
import { Button } from "#parts/button.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { useTask } from "#parts/use-task.ts";
import { PeriodForm } from "./period-form.tsx";
import { newValues, toMoment, toTerms, valuesOf } from "./period-values.ts";
import type { IncreaseValues } from "./period-values.ts";
import { periodName } from "./period-words.ts";
import type { PeriodBudget } from "./period-words.ts";
import { useChangeBudgets } from "./use-budgets.ts";

interface DialogsProps {
  readonly holder: Budget;
  /** `new`, the id of a budget, or that with `.increase` or `.end`. */
  readonly asked: string;
  readonly onClose: () => void;
}

export function PeriodDialogs({ holder, asked, onClose }: DialogsProps) {
  const [id = "", what] = asked.split(".", 2);
  const budget = holder.budgets.find((one) => one.id === id) ?? null;
  if (id !== "new" && budget === null) return null;
  if (budget === null || what === undefined) return <TermsDialog {...{ holder, budget, onClose }} />;
  const Asked = what === "increase" ? IncreaseDialog : EndDialog;
  return <Asked {...{ holder, budget, onClose }} />;
}

interface OneProps {
  readonly holder: Budget;
  readonly budget: PeriodBudget;
  readonly onClose: () => void;
}

function TermsDialog({ holder, budget, onClose }: Omit<OneProps, "budget"> & { readonly budget: PeriodBudget | null }) {
  const change = useChangeBudgets(holder);
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Dialog
      isOpen
      title={budget === null ? `Add a budget of ${holder.name}` : `${periodName(budget)}: ${holder.name}`}
      description={
        budget === null
          ? "It counts from now on, and holds beside all others."
          : "In force at once. Another period, number of days or time zone begins at nothing."
      }
      onClose={onClose}
    >
      <PeriodForm
        defaultValues={budget === null ? newValues(zone) : valuesOf(budget)}
        action={budget === null ? "Add budget" : "Save changes"}
        onCancel={onClose}
        send={async (values) => {
          await change(budget?.id ?? null, (present) => toTerms(values, present));
          onClose();
        }}
      />
    </Dialog>
  );
}

function IncreaseDialog({ holder, budget, onClose }: OneProps) {
  const { increase } = budget;
  const change = useChangeBudgets(holder);
  const setIncrease = async (given: { amount_usd: string; until: string } | null): Promise<void> => {
    await change(budget.id, (present) => present && { ...present, increase: given });
    onClose();
  };
  const { form, errorOf, failure, isBusy, submit } = useServerForm<IncreaseValues>({
    defaultValues: { increase: { amount_usd: increase?.amount_usd ?? "", until: toLocal(increase?.until) } },
    send: ({ increase: { amount_usd, until } }) =>
      setIncrease({ amount_usd: amount_usd.trim(), until: toMoment(until) }),
  });
  return (
    <Dialog
      isOpen
      title={`Increase for a while: ${periodName(budget)}`}
      description={`Beside the ${formatCap(budget.amount_usd)} of each period. It ends by itself; what was admitted before goes on.`}
      onClose={onClose}
    >
      <form className="grid gap-3.5" onSubmit={submit} noValidate>
        <TextField
          label="More, in USD"
          autoFocus
          inputMode="decimal"
          className="text-right"
          error={errorOf("increase.amount_usd")}
          field={form.register("increase.amount_usd")}
        />
        <TextField
          label="Until"
          type="datetime-local"
          help="By the clock of this browser."
          error={errorOf("increase.until")}
          field={form.register("increase.until")}
        />
        <FormFailure failure={failure} />
        {increase !== null && <EndIncrease end={() => setIncrease(null)} />}
        <FormButtons action="Increase budget" isBusy={isBusy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

function EndIncrease({ end }: { readonly end: () => Promise<void> }) {
  const ending = useTask(end);
  return (
    <Button look="danger" className="justify-self-start" isBusy={ending.isPending} onClick={() => ending.mutate()}>
      End increase now
    </Button>
  );
}

function EndDialog({ holder, budget, onClose }: OneProps) {
  const change = useChangeBudgets(holder);
  const ending = useTask(async () => {
    await change(budget.id, () => null);
    onClose();
  });
  return (
    <ConfirmDialog
      title="End the budget"
      description="It holds nobody up any more, at once, and what it has counted is forgotten. Records of requests stay."
      name={periodName(budget)}
      action="End budget"
      isBusy={ending.isPending}
      onConfirm={() => ending.mutate()}
      onClose={onClose}
    />
  );
}

/** As a field of a browser has a moment: by its own clock, without a zone. */
function toLocal(time: string | undefined): string {
  if (time === undefined) return "";
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
