import type { Layer } from "#parts/chart/stack.ts";
import { TimeTable } from "#parts/chart/time-table.tsx";

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

/** What the chart draws, and what it comes to. */
export function CourseTable({ title, times, layers, format, bucket }: CourseTableProps) {
  const sums = times.map((_, at) => layers.reduce((sum, { values }) => sum + (values[at] ?? 0), 0));
  const columns = [...layers, { key: "sum", label: "Sum", values: sums }].map(({ values, ...column }) => ({
    ...column,
    values: values.map((value) => (value === 0 ? null : value)),
  }));
  const formatTime = (time: number): string => (bucket === "day" ? day : moment).format(time);
  return <TimeTable label={title} heading="Time" {...{ times, columns, format, formatTime }} />;
}
