import type { CheckInfo, CheckResult, RunResult, Severity } from 'scanrun';
import { safeUrl } from '../findings.js';
import { clip, visible, visibleLines } from '../visible.js';
import { GITHUB } from './limits.js';

/** Characters of a help text at most. */
const HELP_LIMIT = 20_000;
/** Characters of a name or a tag at most; GitHub's limit for names. */
const NAME_LIMIT = 255;

/** SARIF's message. */
export interface Message {
  readonly text: string;
  readonly markdown?: string;
}

/** The tool of a run: scanrun, its plugins, a rule for each check, and what its notifications mean by their id. */
export function toolOf(
  { run }: RunResult,
  checks: readonly CheckResult[],
  notifications: ReadonlyMap<string, string>,
): object {
  const { scanrun, node: _node, ...plugins } = run.versions;
  const extensions = Object.entries(plugins).slice(0, GITHUB.extensions);
  return {
    driver: {
      name: 'scanrun',
      ...(scanrun === undefined ? {} : { semanticVersion: scanrun, version: scanrun }),
      rules: checks.map(ruleOf),
      ...(notifications.size === 0 ? {} : { notifications: [...notifications].map(descriptorOf) }),
    },
    ...(extensions.length === 0
      ? {}
      : { extensions: extensions.map(([name, version]) => ({ name: visible(name), version: visible(version) })) }),
  };
}

/** What a kind of notification means, with everything that code scanning wants of a descriptor. */
function descriptorOf([id, meaning]: readonly [string, string]): object {
  const text = { text: sentence(meaning, id) };
  const name = pascalCase(id);
  return {
    id: visible(id),
    ...(name === '' ? {} : { name }),
    shortDescription: text,
    fullDescription: text,
    help: text,
  };
}

/** SARIF's rule for a check. */
function ruleOf({ checkId, meta }: CheckResult): object {
  const helpUri = safeUrl(meta.docsUrl);
  const name = pascalCase(checkId);
  return {
    id: visible(checkId),
    ...(name === '' ? {} : { name }),
    shortDescription: { text: sentence(meta.title, checkId) },
    fullDescription: { text: sentence(meta.description, meta.title, checkId) },
    help: helpOf(meta, checkId),
    ...(helpUri === undefined ? {} : { helpUri }),
    defaultConfiguration: { level: meta.severity },
    properties: {
      tags: tagsOf(meta),
      category: name255(meta.category),
      tier: meta.tier,
      'problem.severity': PROBLEM_SEVERITY[meta.severity],
    },
  };
}

/** GitHub's words for the severity of a rule that is not about security. */
const PROBLEM_SEVERITY: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  note: 'recommendation',
};

/** The Markdown of a check is a plain text too, as readable as it is without being rendered. */
function helpOf({ help, description, title }: CheckInfo, checkId: string): Message {
  if (help === undefined || help.trim() === '') return { text: sentence(description, title, checkId) };
  const text = clip(visibleLines(help), HELP_LIMIT);
  return { text, markdown: text };
}

/** The category comes first: forges filter by the tags, and `security` makes an alert one of security. */
function tagsOf({ category, tags }: CheckInfo): string[] {
  return [...new Set([category, ...tags].map(name255).filter((tag) => tag !== ''))].slice(0, GITHUB.tags);
}

/** The first of these texts that says anything, not longer than a description may be. */
function sentence(...texts: readonly string[]): string {
  const text = texts.find((each) => each.trim() !== '') ?? 'It has no description.';
  return clip(visible(text), GITHUB.description - 60);
}

function name255(text: string): string {
  return clip(visible(text), NAME_LIMIT - 60);
}

/** `RepoMaxFileSize` for `repo/max-file-size`: what SARIF calls a rule's name. */
function pascalCase(checkId: string): string {
  const words = checkId.match(/[A-Za-z0-9]+/g) ?? [];
  return words
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
    .slice(0, NAME_LIMIT);
}
