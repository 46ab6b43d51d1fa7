import type { Layer } from "#parts/chart/stack.ts";

interface CourseTableProps {
  readonly title: string;
  /** Epoch ms. */
  readonly times: readonly number[];
  readonly layers: readonly Layer[];
  readonly format: (value: number) => string;
  readonly bucket: string;
}

const moment = new Intl.DateTimeFormat("en", {
  ...({ month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const),
});
const day = new Intl.DateTimeFormat("en", { weekday: "short", month: "short", day: "numeric" });

/** What the chart draws, as numbers: the newest time first. */
export function CourseTable({ title, times, layers, format, bucket }: CourseTableProps) {
  const write = bucket === "day" ? day : moment;
  const order = times.map((time, at) => ({ time, at })).toReversed();
  return (
    <div role="group" aria-label={title} tabIndex={0} className="relative max-h-[420px] overflow-auto">
      <table className="w-full border-separate border-spacing-0 [&_td]:h-8 [&_td]:border-b [&_td]:border-line [&_td]:px-2.5 [&_td]:text-right [&_td]:whitespace-nowrap [&_th]:px-2.5 [&_th]:text-right [&_th]:font-medium [&_th]:whitespace-nowrap [&_tr>*:first-child]:pl-4 [&_tr>*:first-child]:text-left [&_tr>*:last-child]:pr-4">
        <thead>
          <tr className="[&>*]:sticky [&>*]:top-0 [&>*]:z-10 [&>*]:h-[30px] [&>*]:border-b [&>*]:border-line [&>*]:bg-surface [&>*]:text-xs [&>*]:text-faint">
            <th scope="col">Time</th>
            {layers.map(({ key, label }) => (
              <th key={key} scope="col">
                {label}
              </th>
            ))}
            <th scope="col">Sum</th>
          </tr>
        </thead>
        <tbody>
          {order.map(({ time, at }) => (
            <tr key={time}>
              <td className="text-muted">{write.format(time)}</td>
              {layers.map(({ key, values }) => (
                <Value key={key} value={values[at] ?? 0} format={format} />
              ))}
              <Value value={layers.reduce((sum, { values }) => sum + (values[at] ?? 0), 0)} format={format} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ value, format }: { readonly value: number; readonly format: (value: number) => string }) {
  return value === 0 ? <td className="text-faint">—</td> : <td>{format(value)}</td>;
}
