import type { lintSource } from '@secretlint/core';
import { OTHER_RULES, RULE_NAMES, RULE_PREFIX, type RuleName, type Selection } from './rules.js';

type Lint = typeof lintSource;
type Descriptor = Parameters<Lint>[0]['options']['config']['rules'][number];
type Creator = Extract<Descriptor['rule'], { readonly messages: unknown }>;
type Message = Awaited<ReturnType<Lint>>['messages'][number];

/** Findings in one file beyond this are not listed: secretlint compares each with every other, so 20,000 take 48 s. */
export const MAX_PER_FILE = 1_000;

/** What secretlint reports, less its text: that may hold the secret. */
export interface Hit {
  /** The rule's name, such as `github`. */
  readonly rule: string;
  /** The rule's own id of the message. */
  readonly messageId: string;
  /** Half-open range in the text as the rule states it, which is not always where the secret is. */
  readonly range: readonly [start: number, end: number];
  /** The values in the rule's message; the secret is one of them. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What came of linting a text. */
export interface LintResult {
  /** What was found. */
  readonly hits: readonly Hit[];
  /** Rules that broke on this text, with the kind of their error: its message may quote the text. */
  readonly broken: readonly { readonly rule: string; readonly error: string }[];
  /** True when there are more than `MAX_PER_FILE`. */
  readonly capped: boolean;
}

interface Secretlint {
  readonly lint: Lint;
  readonly creators: readonly Creator[];
}

let loading: Promise<Secretlint> | undefined;

/** Loads secretlint, once in a thread: it holds nothing of a scan. */
function loadSecretlint(): Promise<Secretlint> {
  loading ??= Promise.all([import('@secretlint/core'), import('@secretlint/secretlint-rule-preset-recommend')]).then(
    ([core, preset]) => ({
      lint: core.lintSource,
      creators: preset.rules as readonly Creator[],
    }),
  );
  return loading;
}

/** The text to lint, and where. */
export interface Source {
  /** The content. */
  readonly text: string;
  /** Path relative to the target's root; some rules look at its name. */
  readonly path: string;
  /** Whether `secretlint-disable` comments count. */
  readonly comments: boolean;
}

/** Runs rules of the preset over a text. A rule that throws does not take the others with it. */
export async function lintText(source: Source, selection: Selection, awsIds: boolean): Promise<LintResult> {
  const { creators } = await loadSecretlint();
  const chosen = creators.filter(({ meta }) => isSelected(meta.id.slice(RULE_PREFIX.length), selection));
  return runRules(source, chosen, awsIds);
}

function isSelected(name: string, { rules, unknown }: Selection): boolean {
  const known = (RULE_NAMES as readonly string[]).includes(name) || (OTHER_RULES as readonly string[]).includes(name);
  return known ? rules.includes(name as RuleName) : unknown;
}

/** Runs rules over a text, together and, when one throws, each by itself. */
export async function runRules(source: Source, creators: readonly Creator[], awsIds: boolean): Promise<LintResult> {
  const budget = { left: MAX_PER_FILE };
  const together = await attempt(source, creators, awsIds, budget);
  if (Array.isArray(together)) return { hits: together, broken: [], capped: budget.left < 0 };
  const hits: Hit[] = [];
  const broken: { rule: string; error: string }[] = [];
  const rest = { left: MAX_PER_FILE };
  for (const creator of creators) {
    const alone = await attempt(source, [creator], awsIds, rest);
    if (Array.isArray(alone)) hits.push(...alone);
    else broken.push({ rule: creator.meta.id.slice(RULE_PREFIX.length), error: alone.name });
  }
  return { hits, broken, capped: rest.left < 0 };
}

/** Those of some ranges that no `secretlint-disable` comment for a rule covers. */
export async function withoutDisabled<T extends { readonly start: number; readonly end: number }>(
  source: Source,
  ruleName: string,
  ranges: readonly T[],
): Promise<readonly T[]> {
  const shift = byteOrderMark(source.text);
  const reporter: Creator = {
    messages: {},
    meta: { id: `${RULE_PREFIX}${ruleName}`, recommended: true, type: 'scanner', supportedContentTypes: ['text'] },
    create: (context) => ({
      file: () =>
        ranges.forEach(({ start, end }, index) => {
          context.report({
            message: { message: String(index), messageId: String(index), data: {} },
            range: [start - shift, end - shift],
          });
        }),
    }),
  };
  const { lint, creators } = await loadSecretlint();
  const messages = await run(lint, source, [describe(reporter), ...commentRule(creators)]);
  return messages.map(({ messageId }) => ranges[Number(messageId)]).filter((range) => range !== undefined);
}

/** 1 where the text begins with a byte order mark, which secretlint drops before it counts. */
function byteOrderMark(text: string): 0 | 1 {
  return text.startsWith('\uFEFF') ? 1 : 0;
}

async function attempt(
  source: Source,
  creators: readonly Creator[],
  awsIds: boolean,
  budget: { left: number },
): Promise<Hit[] | Error> {
  try {
    const { lint, creators: all } = await loadSecretlint();
    const descriptors = creators.map((creator) =>
      describe(limited(creator, budget), creator.meta.id === `${RULE_PREFIX}aws` ? { enableIDScanRule: awsIds } : {}),
    );
    const comments = source.comments && source.text.includes('secretlint-disable') ? commentRule(all) : [];
    const messages = await run(lint, source, [...descriptors, ...comments]);
    return messages.map(({ ruleId, messageId, range, data }) => ({
      rule: ruleId.slice(RULE_PREFIX.length),
      messageId,
      range,
      data: data ?? {},
    }));
  } catch (error) {
    return error instanceof Error ? error : new Error(typeof error);
  }
}

async function run(lint: Lint, source: Source, rules: Descriptor[]): Promise<readonly Message[]> {
  const shift = byteOrderMark(source.text);
  // Without a line after it, secretlint cannot tell where the last line ends and ignores a comment there.
  const content = `${source.text.slice(shift)}\n\n`;
  const { messages } = await lint({
    source: { filePath: source.path, content, contentType: 'text', ext: '' },
    options: { config: { rules }, noPhysicFilePath: true, maskSecrets: false },
  });
  return messages.map((message) => ({
    ...message,
    range: [message.range[0] + shift, message.range[1] + shift] as const,
  }));
}

function describe(rule: Creator, options: object = {}): Descriptor {
  return { id: rule.meta.id, rule, options };
}

function commentRule(creators: readonly Creator[]): Descriptor[] {
  return creators.filter(({ meta }) => meta.id === `${RULE_PREFIX}filter-comments`).map((creator) => describe(creator));
}

/** The same rule, silent once the file's budget is spent. */
function limited(creator: Creator, budget: { left: number }): Creator {
  return {
    ...creator,
    create: (context, options) =>
      creator.create(
        {
          ...context,
          report: (descriptor) => {
            budget.left -= 1;
            if (budget.left >= 0) context.report(descriptor);
          },
        },
        options,
      ),
  };
}
