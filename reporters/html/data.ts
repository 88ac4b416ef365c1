import { formatBytes, formatDuration, type JsonValue, type Measurement, type RunResult } from 'scanrun';
import { byGravity } from '../summary.js';
import { clip, visible, visibleLines } from '../visible.js';
import { nameText, number } from './text.js';

/** Rows and columns of a table of collected data at most; the json report has all. */
const MAX_ROWS = 100;
const MAX_COLUMNS = 8;
/** Characters of a cell, and of data shown as JSON, at most. */
const CELL_LIMIT = 300;
const JSON_LIMIT = 20_000;

/** Data of a check: a table where it has the shape of one, JSON otherwise. */
export interface DataView {
  readonly checkId: string;
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly string[])[];
  readonly text?: string;
  readonly rest?: string;
}

/** The section of measurements and data. */
export interface MeasuredView {
  readonly measurements: readonly {
    readonly checkId: string;
    readonly name: string;
    readonly value: string;
    readonly exact: string;
  }[];
  readonly data: readonly DataView[];
}

/** Builds the section. */
export function measuredView(result: RunResult): MeasuredView {
  const checks = byGravity(result.checks);
  return {
    measurements: checks.flatMap((check) =>
      check.measurements.map((each) => ({
        checkId: nameText(check.checkId),
        name: nameText(each.name),
        value: valueText(each),
        exact: `${number(each.value)} ${nameText(each.unit)}`,
      })),
    ),
    data: checks.flatMap((check) =>
      check.data === undefined || check.data === null
        ? []
        : [{ checkId: nameText(check.checkId), ...dataView(check.data) }],
    ),
  };
}

function valueText({ value, unit }: Measurement): string {
  if (unit === 'bytes' && Number.isInteger(value) && value >= 0) return formatBytes(value);
  if (unit === 'ms' && value >= 0) return formatDuration(value);
  return `${number(value)} ${nameText(unit)}`;
}

/** JSON for people, safe to show. */
export function jsonText(value: JsonValue): string {
  return clip(visibleLines(JSON.stringify(value, undefined, 2)), JSON_LIMIT);
}

type Flat = Readonly<Record<string, JsonValue>>;

function dataView(value: JsonValue): Omit<DataView, 'checkId'> {
  if (isFlat(value) && Object.keys(value).length > 0)
    return table(
      ['Name', 'Value'],
      Object.entries(value).map(([key, each]) => [nameText(key), cell(each)]),
    );
  if (Array.isArray(value) && value.length > 0 && value.every(isFlat)) {
    const records = value as readonly Flat[];
    const keys = [...new Set(records.slice(0, MAX_ROWS).flatMap((record) => Object.keys(record)))];
    // A table with more columns than a page has room for is harder to read than the JSON.
    if (keys.length > 0 && keys.length <= MAX_COLUMNS)
      return table(
        keys.map(nameText),
        records.map((record) => keys.map((key) => cell(Object.hasOwn(record, key) ? record[key] : undefined))),
      );
  }
  return { text: jsonText(value) };
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): Omit<DataView, 'checkId'> {
  const hidden = rows.length - MAX_ROWS;
  return {
    columns,
    rows: rows.slice(0, MAX_ROWS),
    ...(hidden > 0 ? { rest: `${number(hidden)} more rows are in the json report.` } : {}),
  };
}

function isFlat(value: JsonValue): value is Flat {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each !== 'object' || each === null)
  );
}

function cell(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? number(value) : clip(visible(String(value)), CELL_LIMIT);
}
