import { CheckField, SelectField, TextField } from "#parts/field.tsx";
import { ZoneField } from "#parts/zone-field.tsx";
import type { PolicyPartProps } from "./policy-values.ts";
import { weekdays } from "./policy-words.ts";

/** When a policy holds: always, or at some times of the week. */
export function HoursFields({ server }: PolicyPartProps) {
  const { form, errorOf } = server;
  const hasHours = form.watch("has_hours");
  return (
    <>
      <CheckField
        label="Only at some times"
        help="Otherwise it holds always."
        error={errorOf("hours")}
        field={form.register("has_hours")}
      />
      {hasHours && (
        <div className="grid gap-3.5 rounded-sm border border-line px-3 py-3">
          <SelectField label="It holds" error={errorOf("hours.outside")} field={form.register("hours.outside")}>
            <option value="no">at these times</option>
            <option value="yes">at all other times</option>
          </SelectField>
          <WeekdaysField server={server} />
          <div className="grid grid-cols-2 gap-3">
            <TextField label="From" type="time" error={errorOf("hours.from")} field={form.register("hours.from")} />
            <TextField
              label="To"
              type="time"
              help="Before From: past midnight. The same: all day."
              error={errorOf("hours.to")}
              field={form.register("hours.to")}
            />
          </div>
          <ZoneField
            help="By IANA's name."
            error={errorOf("hours.time_zone")}
            field={form.register("hours.time_zone")}
          />
        </div>
      )}
    </>
  );
}

function WeekdaysField({ server: { form, errorOf } }: PolicyPartProps) {
  const fault = errorOf("hours.weekdays");
  return (
    <fieldset>
      <legend className="mb-1 font-medium">Days</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1.5">
        {weekdays.map((name, index) => (
          <label key={name} className="flex items-center gap-2">
            <input
              type="checkbox"
              value={String(index + 1)}
              className="block size-3.5 accent-accent"
              {...form.register("hours.weekdays")}
            />
            {name}
          </label>
        ))}
      </div>
      {fault !== undefined && <p className="mt-1 text-xs text-bad">{fault}</p>}
    </fieldset>
  );
}
