// Data of a check as tables: what has the shape of one, and each part of what has several.

import { type JsonValue, plural } from 'scanrun';
import { clip, visible, visibleLines } from '../visible.js';
import { nameText, number } from './text.js';

/** A table, or JSON where data has no shape of one. */
export interface DataBlock {
  /** The name of the part; empty for data that is one block. */
  readonly title: string;
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly string[])[];
  readonly text?: string;
  /** What is left out. */
  readonly rest?: string;
}

/** Columns of a table, and blocks of one check, at most; the json report has all. */
const MAX_COLUMNS = 8;
const MAX_BLOCKS = 24;
/** Levels of names above a block at most; deeper data is shown as JSON. */
const MAX_DEPTH = 3;
/** Characters of a cell, of data in a cell, and of data shown as JSON, at most. */
const CELL_LIMIT = 300;
const NESTED_LIMIT = 120;
const TEXT_LIMIT = 20_000;

type JsonRecord = Readonly<Record<string, JsonValue>>;

/** The data of a check as blocks; a table has `maxRows` rows at most. */
export function dataBlocks(data: JsonValue, maxRows: number): DataBlock[] {
  const blocks = blocksOf(data, '', maxRows, 0);
  const rest = blocks.length - MAX_BLOCKS;
  if (rest <= 0) return blocks;
  return [...blocks.slice(0, MAX_BLOCKS), { title: '', text: `${plural(rest, 'more part')} in the json report.` }];
}

function blocksOf(value: JsonValue, title: string, maxRows: number, depth: number): DataBlock[] {
  if (!isRecord(value) && !Array.isArray(value)) return [{ title, text: cell(value) }];
  const records = recordsOf(value);
  if (records !== undefined) return [{ title, ...recordTable(records, maxRows) }];
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every(isScalar))
      return [
        {
          title,
          ...table(
            ['Value'],
            value.map((each: JsonValue) => [cell(each)]),
            maxRows,
          ),
        },
      ];
    return [json(title, value)];
  }
  const entries = Object.entries(value as JsonRecord);
  const scalars = entries.filter(([, each]) => isScalar(each));
  const nested = entries.filter(([, each]) => !isScalar(each));
  if (depth >= MAX_DEPTH || entries.length === 0) return [json(title, value)];
  return [
    ...(scalars.length === 0
      ? []
      : [
          {
            title,
            ...table(
              ['Name', 'Value'],
              scalars.map(([key, each]) => [nameText(key), cell(each)]),
              maxRows,
            ),
          },
        ]),
    ...nested.flatMap(([key, each]) =>
      blocksOf(each, title === '' ? nameText(key) : `${title} / ${nameText(key)}`, maxRows, depth + 1),
    ),
  ];
}

/** Records that are alike: a list of them, or several by name. */
function recordsOf(value: JsonValue): JsonRecord[] | undefined {
  if (Array.isArray(value)) return value.length > 0 && value.every(isRecord) ? (value as JsonRecord[]) : undefined;
  const entries = Object.entries(value as JsonRecord);
  if (entries.length < 2 || !entries.every(([, each]) => isRecord(each) && Object.values(each).every(isScalar)))
    return undefined;
  const shapes = new Set(
    entries.map(([, each]) =>
      Object.keys(each as JsonRecord)
        .sort()
        .join('\0'),
    ),
  );
  // By name and all different: parts of their own are easier to read.
  if (shapes.size > 1 && shapes.size > entries.length / 2) return undefined;
  return entries.map(([Name, each]) => Object.fromEntries([['Name', Name], ...Object.entries(each as JsonRecord)]));
}

function recordTable(records: readonly JsonRecord[], maxRows: number): Omit<DataBlock, 'title'> {
  const keys = [...new Set(records.slice(0, maxRows).flatMap((record) => Object.keys(record)))];
  if (keys.length === 0) return { text: plural(records.length, 'empty entry', 'empty entries') };
  const shown = keys.slice(0, MAX_COLUMNS);
  const made = table(
    shown.map(nameText),
    records
      .slice(0, maxRows)
      .map((record) => shown.map((key) => cell(Object.hasOwn(record, key) ? record[key] : undefined))),
    maxRows,
    records.length,
  );
  if (keys.length === shown.length) return made;
  const left = `${plural(keys.length - shown.length, 'more column')} in the json report.`;
  return { ...made, rest: made.rest === undefined ? left : `${made.rest} ${left}` };
}

function table(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  maxRows: number,
  total = rows.length,
): Omit<DataBlock, 'title'> {
  const hidden = total - maxRows;
  return {
    columns,
    rows: rows.slice(0, maxRows),
    ...(hidden > 0 ? { rest: `${plural(hidden, 'more row')} in the json report.` } : {}),
  };
}

function json(title: string, value: JsonValue): DataBlock {
  return { title, text: clip(visibleLines(JSON.stringify(value, undefined, 2)), TEXT_LIMIT) };
}

function isScalar(value: JsonValue): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null;
}

function isRecord(value: JsonValue): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function cell(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return number(value);
  if (typeof value === 'string') return value === '' ? '–' : clip(visible(value), CELL_LIMIT);
  return clip(visible(JSON.stringify(value)), NESTED_LIMIT);
}
