import type { CheckResult } from 'scanrun';
import { clip, visible } from '../visible.js';

export { safeUrl } from '../findings.js';

/** Characters shown at most of a name: an id, a title, a package. */
const NAME_LIMIT = 200;
/** Characters shown at most of a path. */
const PATH_LIMIT = 400;
/** Characters shown at most of a message, reason or notice. */
export const MESSAGE_LIMIT = 2_000;

/** A name as the page shows it. */
export const nameText = (text: string): string => clip(visible(text), NAME_LIMIT);

/** A check's title, or its id where nothing can be seen of it: a heading has words. */
export function titleText({ checkId, meta }: CheckResult): string {
  return nameText(meta.title.trim() === '' ? checkId : meta.title);
}

/** A path as the page shows it. */
export const pathText = (text: string): string => clip(visible(text), PATH_LIMIT);

/** A count with its thousands set apart. */
export const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 3 });

/** `14 March 2026, 09:26:53 UTC`: the same for every reader, wherever the page is opened. */
export function dateText(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return nameText(iso);
  return `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC' }).format(date).replace(' at ', ', ')} UTC`;
}

/** With spaces that do not break: a number stays with its unit. */
export function tight(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}
