import type { AnyCheck, OptionSchemas, OptionsInput } from './check/define.js';
import type { CheckCases } from './testing/cases.js';

export type { CheckCase, CheckCases, ExpectedFinding } from './testing/cases.js';

/**
 * Tries a check on small projects in temporary folders. Call it inside a test of any runner and await it.
 *
 * A check whose scope is `package` runs once on each package of the case to which its `when.files` apply, as in a scan, and
 * the case's findings are those of all; without a package.json once on the whole folder.
 *
 * Besides outcome and findings it asserts that no `{{` is left in a message, that the data survives a thread, that
 * a second run gives the same answer, that the options in `refuses` (and one that does not exist) are refused, and
 * that the first case gives the same answer in a real worker thread. Where findings offer fixes, it makes them and
 * asserts that no fix is left, and that the files and what is still found are as `fixed` and `left` say, where they do.
 * @throws AssertionError naming the case and the difference.
 */
export async function testCheck<O extends OptionSchemas>(
  check: AnyCheck & { readonly types?: { readonly options: O } },
  cases: CheckCases<OptionsInput<O>>,
): Promise<void> {
  const { runCases } = await import('./testing/run-cases.js');
  await runCases(check, cases as CheckCases);
}
