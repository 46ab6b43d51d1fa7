// What has become of rows, as the audit log tells it: the fields that differ, before and after.

import type { AuditDraft, AuditObject, FieldChange, JsonValue } from "#domain/audit.ts";
import { toldTables, type AuditedTable, type AuditedTables, type ToldColumn, type ToldTable } from "./told-columns.ts";

/** Rows as they are read: what else is selected with them is passed over. */
type Rows<Table extends AuditedTable> = readonly AuditedTables[Table][];

export function created<Table extends AuditedTable>(table: Table, rows: Rows<Table>): readonly AuditDraft[] {
  return told(table, "created", rows, (row) => fieldsOf(toldTables[table], null, row));
}

export function removed<Table extends AuditedTable>(table: Table, rows: Rows<Table>): readonly AuditDraft[] {
  return told(table, "removed", rows, (row) => fieldsOf(toldTables[table], row, null));
}

/** Nothing where no field that is told has another value. */
export function changed<Table extends AuditedTable>(
  table: Table,
  before: AuditedTables[Table],
  after: AuditedTables[Table],
  verb = "changed",
): readonly AuditDraft[] {
  const of: ToldTable<AuditedTables[Table]> = toldTables[table];
  const changes = fieldsOf(of, before, after);
  return changes.length === 0 ? [] : [draft(of, verb, objectOf(of, after), changes)];
}

function told<Table extends AuditedTable>(
  table: Table,
  verb: string,
  rows: Rows<Table>,
  fields: (row: AuditedTables[Table]) => readonly FieldChange[],
): readonly AuditDraft[] {
  const of: ToldTable<AuditedTables[Table]> = toldTables[table];
  if (of.isToldTogether !== true || rows.length < 2)
    return rows.map((row) => draft(of, verb, objectOf(of, row), fields(row)));
  const names: string[] = rows.map(of.nameOf);
  const isGone = verb === "removed";
  const change = { field: "names", before: isGone ? names : null, after: isGone ? null : names };
  return [draft(of, verb, { kind: of.kind, id: null, name: `${rows.length} ${of.kind}s` }, [change])];
}

function draft<Row>({ kind }: ToldTable<Row>, verb: string, object: AuditObject, changes: readonly FieldChange[]) {
  return { action: `${kind}.${verb}`, outcome: "done", object, changes, details: {} } as const;
}

function objectOf<Row extends { readonly id: string }>(of: ToldTable<Row>, row: Row): AuditObject {
  return { kind: of.kind, id: row.id, name: of.isPrivate?.(row) === true ? "" : of.nameOf(row) };
}

function fieldsOf<Row extends object>(of: ToldTable<Row>, before: Row | null, after: Row | null) {
  const isPrivate = [before, after].some((row) => row !== null && of.isPrivate?.(row) === true);
  return Object.entries<ToldColumn | null>(of.columns).flatMap(([column, how]) => {
    if (how === null) return [];
    const [earlier, later] = [valueOf(before, column), valueOf(after, column)];
    if (earlier === later) return [];
    const tell = (value: string | number | null): JsonValue =>
      value !== null && isPrivate && how.isPrivate === true ? "[private]" : how.tell(value);
    const change = { field: how.field ?? column, before: tell(earlier), after: tell(later) };
    return isSame(change, how) ? [] : [change];
  });
}

/** The same in other words, such as JSON with other spaces. Of what is not told only the stored values say it. */
function isSame({ before, after }: FieldChange, { isPrivate }: ToldColumn): boolean {
  if (isPrivate === true || before === "[secret]") return false;
  return JSON.stringify(before) === JSON.stringify(after);
}

function valueOf(row: object | null, column: string): string | number | null {
  const value: unknown = row === null ? null : Reflect.get(row, column);
  return typeof value === "string" || typeof value === "number" ? value : null;
}
