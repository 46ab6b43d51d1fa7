interface TimeTableProps {
  readonly label: string;
  /** Of the times. */
  readonly heading: string;
  /** Epoch ms. */
  readonly times: readonly number[];
  readonly columns: readonly TimeColumn[];
  readonly format: (value: number) => string;
  readonly formatTime: (time: number) => string;
}

export interface TimeColumn {
  readonly key: string;
  readonly label: string;
  /** One for each time; null where there is nothing. */
  readonly values: readonly (number | null)[];
}

/** What a chart draws, as numbers: the newest time first. */
export function TimeTable({ label, heading, times, columns, format, formatTime }: TimeTableProps) {
  const order = times.map((time, at) => ({ time, at })).toReversed();
  return (
    <div role="group" aria-label={label} tabIndex={0} className="relative max-h-[420px] overflow-auto">
      <table className="w-full border-separate border-spacing-0 [&_td]:h-8 [&_td]:border-b [&_td]:border-line [&_td]:px-2.5 [&_td]:text-right [&_td]:whitespace-nowrap [&_th]:px-2.5 [&_th]:text-right [&_th]:font-medium [&_th]:whitespace-nowrap [&_tr>*:first-child]:pl-4 [&_tr>*:first-child]:text-left [&_tr>*:last-child]:pr-4">
        <thead>
          <tr className="[&>*]:sticky [&>*]:top-0 [&>*]:z-10 [&>*]:h-[30px] [&>*]:border-b [&>*]:border-line [&>*]:bg-surface [&>*]:text-xs [&>*]:text-faint">
            <th scope="col">{heading}</th>
            {columns.map((column) => (
              <th key={column.key} scope="col">
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.map(({ time, at }) => (
            <tr key={time}>
              <td className="text-muted">{formatTime(time)}</td>
              {columns.map(({ key, values }) => (
                <Value key={key} value={values[at] ?? null} format={format} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ value, format }: { readonly value: number | null } & Pick<TimeTableProps, "format">) {
  return value === null ? <td className="text-faint">—</td> : <td>{format(value)}</td>;
}
