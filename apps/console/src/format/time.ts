// Times are told as how long ago they are, with the moment itself at hand, in the browser's zone.

const units = [
  ["year", 365 * 86_400_000],
  ["month", 30 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const absolute = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

/** `just now`, `5 min. ago`, `in 3 days`. */
export function formatAgo(time: string | number, now: number): string {
  const difference = new Date(time).getTime() - now;
  const [unit, size] = units.find(([, one]) => Math.abs(difference) >= one) ?? ["second", 1000];
  if (unit === "second") return Math.abs(difference) < 10_000 ? "just now" : relative.format(seconds(difference), unit);
  return relative.format(Math.trunc(difference / size), unit);
}

function seconds(ms: number): number {
  return Math.trunc(ms / 1000);
}

export function formatMoment(time: string | number): string {
  return absolute.format(new Date(time));
}

/** `0.4 ms`, `612 ms`, `1.08 s`, `2 min 5 s`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

const day = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });
const dayOfYear = new Intl.DateTimeFormat("en", { dateStyle: "medium" });

/** `Nov 29`, and with the year where it is half a year away. */
export function formatDay(time: string | number, now = Date.now()): string {
  const at = new Date(time).getTime();
  return (Math.abs(at - now) > 180 * 86_400_000 ? dayOfYear : day).format(at);
}

const hourOfDay = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** `Nov 27, 14:00 – Nov 28, 09:30`; of one day, with the day once. */
export function formatSpan(from: string | number, to: string | number, now = Date.now()): string {
  const [first, last] = [from, to].map((time) => formatDay(time, now));
  const [begins, ends] = [from, to].map((time) => hourOfDay.format(new Date(time)));
  return first === last ? `${first}, ${begins} – ${ends}` : `${first}, ${begins} – ${last}, ${ends}`;
}
