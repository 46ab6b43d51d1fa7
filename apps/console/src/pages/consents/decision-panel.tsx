import { useRef } from "react";
import { ClientError, useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Consent } from "#api/queries.ts";
import { plural } from "#format/number.ts";
import { formatMoment } from "#format/time.ts";
import { Button } from "#parts/button.tsx";
import { NumberField, TextAreaField } from "#parts/field.tsx";
import { FormFailure, useServerForm } from "#parts/form.tsx";
import { toNumber } from "#parts/number-text.ts";
import { Panel } from "#parts/panel.tsx";
import { useToast } from "#parts/toast.tsx";

interface Props {
  readonly consent: Consent;
}

/** Of a request that waits: whether the caller decides on it is the server's to say. */
export function DecisionPanel({ consent }: Props) {
  return (
    <Panel title="Decision">
      {consent.may_decide ? <DecisionForm consent={consent} /> : <WhoDecides consent={consent} />}
    </Panel>
  );
}

function WhoDecides({ consent }: Props) {
  const { me, may } = useCaller();
  const isOwn = consent.user_id === me.user?.id;
  return (
    <p className="px-4 py-3 text-muted">
      {isOwn && may("consents.decide")
        ? "It is your own request: somebody else has to decide on it."
        : "It waits for somebody who may decide on it. Sending it again changes nothing until then."}
    </p>
  );
}

type Deed = "approve" | "refuse";

interface DecisionValues {
  note: string;
  valid_minutes: string;
}

function DecisionForm({ consent }: Props) {
  const decide = useDecide(consent);
  // By the button that was pressed: Enter in a field decides nothing.
  const deed = useRef<Deed>("refuse");
  const { form, errorOf, failure, isBusy, submit } = useServerForm<DecisionValues>({
    defaultValues: { note: "", valid_minutes: "" },
    send: (values) => decide(deed.current, values),
  });
  const press = (chosen: Deed) => (event: React.SyntheticEvent) => {
    deed.current = chosen;
    submit(event);
  };
  return (
    <form className="grid gap-3.5 px-4 py-3" onSubmit={(event) => event.preventDefault()} noValidate>
      <TextAreaField
        label="Note"
        isOptional
        rows={2}
        maxLength={500}
        help="For the list. Whoever is refused is told it, too."
        error={errorOf("note")}
        field={form.register("note")}
      />
      <NumberField
        label="Minutes"
        isOptional
        placeholder={String(consent.valid_minutes)}
        help={`For so long the decision counts: ${plural(consent.valid_minutes, "minute")} where left out.`}
        error={errorOf("valid_minutes")}
        field={form.register("valid_minutes")}
      />
      <FormFailure failure={failure} />
      <p className="text-xs text-muted">
        What is approved passes once, when the same request comes again. What is refused is told so until the time is
        over.
      </p>
      <div className="flex justify-end gap-2">
        <Button look="danger" isBusy={isBusy} onClick={press("refuse")}>
          Refuse request
        </Button>
        <Button look="primary" isBusy={isBusy} onClick={press("approve")}>
          Approve request
        </Button>
      </div>
    </form>
  );
}

const words: Readonly<Record<Deed, string>> = {
  approve: "Approved: the same request passes once, until",
  refuse: "Refused, until",
};

function useDecide({ id }: Consent): (deed: Deed, values: DecisionValues) => Promise<void> {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  return async (deed, { note, valid_minutes: given }) => {
    const minutes = toNumber(given);
    const body = { note, ...(minutes !== null && { valid_minutes: minutes }) };
    try {
      const { ends_at: end } = await client.consents[deed]({ params: { id }, body });
      toast.tell(`${words[deed]} ${formatMoment(end)}`);
    } catch (error) {
      const isTooLate = error instanceof ClientError && error.status === 409;
      if (!isTooLate) throw error;
      // The page then shows what has become of it, in place of the form.
      toast.fail(error.message);
    }
    await refresh("consents");
  };
}
