import { useQuery } from "@tanstack/react-query";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { Report } from "#api/queries.ts";
import { NumberField, SelectField, TextAreaField, TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import type { ServerForm } from "#parts/form.tsx";
import type { Call } from "#parts/versions.ts";
import { ZoneField } from "#parts/zone-field.tsx";
import { FilterFields } from "./filter-fields.tsx";
import { dimensions } from "./report-values.ts";
import type { ReportValues } from "./report-values.ts";
import { units } from "./report-words.ts";

interface ReportFormProps {
  /** Null for a new one. */
  readonly present: Report | null;
  readonly defaultValues: ReportValues;
  readonly action: string;
  readonly send: (values: ReportValues, call: Call) => Promise<void>;
  readonly onCancel?: () => void;
}

export function ReportForm({ present, defaultValues, action, send, onCancel }: ReportFormProps) {
  const server = useServerForm<ReportValues>({
    ...{ present, defaultValues, send },
    knows: (param) => param.startsWith("recipients") || param.startsWith("group_by"),
  });
  const { form, errorOf, failure, isBusy, submit } = server;
  return (
    <form className="grid gap-3.5" onSubmit={submit} noValidate autoComplete="off">
      <TextField
        label="Name"
        placeholder="Weekly by team"
        autoFocus={present === null}
        autoComplete="off"
        error={errorOf("name")}
        field={form.register("name")}
      />
      <ScheduleFields server={server} />
      <ContentFields server={server} />
      <FilterFields server={server} />
      <RecipientFields server={server} />
      <FormFailure failure={failure} />
      <FormButtons action={action} isBusy={isBusy} {...(onCancel && { onCancel })} />
    </form>
  );
}

interface PartProps {
  readonly server: ServerForm<ReportValues>;
}

const days = { day: "Day", week: "Week, on Monday", month: "Month, on its first day" } as const;
const hours = Array.from({ length: 24 }, (_, hour) => hour);

function ScheduleFields({ server: { form, errorOf } }: PartProps) {
  return (
    <>
      <div className="grid gap-3.5 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <SelectField label="Each" error={errorOf("schedule.every")} field={form.register("schedule.every")}>
          {units.map((unit) => (
            <option key={unit} value={unit}>
              {days[unit]}
            </option>
          ))}
        </SelectField>
        <SelectField label="At" error={errorOf("schedule.hour")} field={form.register("schedule.hour")}>
          {hours.map((hour) => (
            <option key={hour} value={hour}>
              {hour}:00
            </option>
          ))}
        </SelectField>
      </div>
      <ZoneField
        help="Where its days begin and by which it is due, by IANA's name."
        error={errorOf("schedule.time_zone")}
        field={form.register("schedule.time_zone")}
      />
    </>
  );
}

function ContentFields({ server: { form, errorOf, errorIn } }: PartProps) {
  const every = form.watch("schedule.every");
  const [first, second] = form.watch(["first", "second"]);
  return (
    <>
      <NumberField
        label={`How many ${every}s`}
        help={`It tells of the last so many whole ${every}s, each by itself.`}
        error={errorOf("periods")}
        field={form.register("periods")}
      />
      <div className="grid gap-3.5 sm:grid-cols-2">
        <SelectField label="By" error={errorIn("group_by")} field={form.register("first")}>
          <option value="">nothing: one sum</option>
          <Dimensions without={second} />
        </SelectField>
        <SelectField label="And by" isOptional field={form.register("second")}>
          <option value="">nothing else</option>
          <Dimensions without={first} />
        </SelectField>
      </div>
    </>
  );
}

function Dimensions({ without }: { readonly without: string }) {
  return dimensions.filter((one) => one !== without).map((one) => <option key={one}>{one}</option>);
}

function RecipientFields({ server: { form, errorOf, errorIn } }: PartProps) {
  const { queries } = useApi();
  const { may, mayForAll } = useCaller();
  const webhooks = useQuery({ ...queries.webhooks, enabled: may("webhooks.read") }).data?.items ?? [];
  return (
    <>
      <TextAreaField
        label="By mail to"
        isOptional
        rows={2}
        placeholder="ada@example.com"
        help={mayForAll("reports.manage") ? "Addresses, one a line." : "Your own address, and no other."}
        error={errorIn("recipients")}
        field={form.register("recipients")}
      />
      {may("webhooks.read") && (
        // Its choices are there later than it is: it is made anew with them.
        <SelectField
          key={webhooks.length}
          label="To the webhook"
          isOptional
          help="As the event ghostllm.report.content, signed as all it is sent."
          error={errorOf("webhook_id")}
          field={form.register("webhook_id")}
        >
          <option value="">none</option>
          {webhooks.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
    </>
  );
}
