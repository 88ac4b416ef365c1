import { formatBytes, formatDuration, type JsonValue, type Measurement, type RunResult } from 'scanrun';
import { byGravity } from '../summary.js';
import { clip, visibleLines } from '../visible.js';
import { type DataBlock, dataBlocks } from './data-blocks.js';
import { nameText, number, titleText } from './text.js';

/** Characters of a configuration shown as JSON at most. */
const JSON_LIMIT = 60_000;

/** What a check collected. */
export interface DataView {
  readonly checkId: string;
  readonly title: string;
  readonly blocks: readonly DataBlock[];
}

/** The section of what the checks measured and collected. */
export interface InventoryView {
  readonly measurements: readonly {
    readonly checkId: string;
    readonly name: string;
    readonly value: string;
    readonly exact: string;
  }[];
  readonly data: readonly DataView[];
}

/** Builds the section; a table has `maxRows` rows at most. */
export function inventoryView(result: RunResult, maxRows: number): InventoryView {
  const checks = byGravity(result.checks);
  return {
    measurements: checks.flatMap((check) =>
      check.measurements.map((each) => ({
        checkId: nameText(check.checkId),
        name: nameText(
          each.package === undefined || check.parts.length === 1 ? each.name : `${each.name} (${each.package})`,
        ),
        value: valueText(each),
        exact: `${number(each.value)} ${nameText(each.unit)}`,
      })),
    ),
    data: checks.flatMap((check) =>
      check.data === undefined || check.data === null
        ? []
        : [
            {
              checkId: nameText(check.checkId),
              title: titleText(check),
              blocks: dataBlocks(check.data, maxRows),
            },
          ],
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
