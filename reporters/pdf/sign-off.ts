import type { RunResult } from 'scanrun';
import type { Fact } from '../page/overview.js';
import { dateText, nameText, pathText } from '../page/text.js';
import { tierText, VERDICT_WORDS } from '../summary.js';

/** What is signed, and where. */
export interface SignOffView {
  readonly facts: readonly Fact[];
  readonly versions: readonly Fact[];
  readonly digest: string;
  /** The command that gives the digest again. */
  readonly verify: string;
  readonly fields: readonly string[];
}

/** Builds the last page; `digest` is the SHA-256 of the JSON result. */
export function signOffView({ run, target, verdict }: RunResult, digest: string): SignOffView {
  return {
    facts: [
      { name: 'Verdict', value: `${VERDICT_WORDS[verdict.status]}, exit code ${verdict.gateExitCode}` },
      { name: 'Run', value: nameText(run.id), code: true },
      { name: 'Started', value: dateText(run.startedAt) },
      { name: 'Ended', value: dateText(run.endedAt) },
      { name: 'Target', value: pathText(target.root), code: true },
      { name: 'Commit', value: target.commit === undefined ? 'none' : nameText(target.commit), code: true },
      ...(target.branch === undefined ? [] : [{ name: 'Branch', value: nameText(target.branch), code: true }]),
      { name: 'Tier', value: tierText(run) },
    ],
    versions: Object.entries(run.versions).map(([name, version]) => ({
      name: nameText(name),
      value: nameText(version),
      code: true,
    })),
    digest,
    verify: `npx scanrun report ${nameText(run.id)} --reporter json | sha256sum`,
    fields: ['Name', 'Role', 'Date', 'Signature'],
  };
}
