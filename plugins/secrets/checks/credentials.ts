import { type ContextOf, defineCheck, type Needs, plural, type VisitedFile } from 'scanrun';
import { type Allow, readAllow } from '../allow.js';
import { MESSAGES, preview, toCredentials } from '../credential.js';
import { findKeys, mayHoldKeys } from '../key.js';
import { lintText, MAX_PER_FILE } from '../lint.js';
import { maskCredential, maskKey } from '../mask.js';
import { RULE_NAMES, selectRules } from '../rules.js';

const options = {
  allow: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: [],
    description:
      'Secrets that are no secrets: exact values, or regular expressions between slashes such as `/^ghp_example/i`. For a URL with a password both the URL and the password count.',
  },
  disable: {
    type: 'array',
    items: { type: 'string', enum: RULE_NAMES },
    uniqueItems: true,
    default: [],
    description: "Rules that do not run, by secretlint's names.",
  },
  awsIds: {
    type: 'boolean',
    default: false,
    description: 'Reports access key ids and account ids of AWS as well, which are no secrets by themselves.',
  },
  comments: {
    type: 'boolean',
    default: true,
    description: 'Whether `secretlint-disable` comments in the files count.',
  },
} as const;

const help = `A secret that was committed is known: whoever ever read the repository has it, and so has its history.

1. **Revoke it** where it was issued, and issue a new one.
2. Take it out of the file: read it from the environment or a secret store.
3. If it is a sample and opens nothing, add it to the option \`allow\`, or put \`secretlint-disable-line\` in a comment on its line.

The rules are those of [secretlint's recommended preset](https://github.com/secretlint/secretlint). Private keys are reported by \`secrets/private-keys\`. Binary files, such as a \`.p12\` key store, are not read.`;

/** Finds tokens, keys and passwords of well-known services in text files. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'No credentials in files',
    description: 'A token or password in a repository belongs to everybody who can read it.',
    category: 'security',
    tier: 'quick',
    severity: 'error',
    estimate: '500ms',
    tags: ['secrets'],
    options,
    messages: MESSAGES,
    help,
    files: ['**'],
    reads: 'text',
  },
  visit(file, context) {
    // Before the gates: a wrong entry is an error also where nothing would be found.
    const allow = readAllow(context.options.allow);
    const selection = selectRules(file.text, context.options.disable, context.options.awsIds);
    if (selection.rules.length === 0 && !selection.unknown) return;
    return reportCredentials(file, context, selection, allow);
  },
});

/** What stands for a secret in a report of an earlier scan that lies in the tree. */
const MASK = '[redacted]';

type Context = ContextOf<typeof options, typeof MESSAGES, Needs>;

async function reportCredentials(
  file: VisitedFile,
  context: Context,
  selection: ReturnType<typeof selectRules>,
  allow: Allow,
): Promise<void> {
  const { awsIds, comments } = context.options;
  const { hits, broken, capped } = await lintText({ text: file.text, path: file.path, comments }, selection, awsIds);
  const found = toCredentials(hits, file.text).filter(
    ({ value, masks }) => !value.includes(MASK) && !allow(value) && !masks.some(allow),
  );
  // All of them before the first is reported: its code frame shows the lines around it.
  for (const credential of found) maskCredential(context, file.text, credential);
  if (found.length > 0 && mayHoldKeys(file.text))
    for (const key of findKeys(file.text)) maskKey(context, file.text, key);
  for (const { rule, value, messageId, start, end } of found) {
    context.report({
      messageId,
      data: { rule, preview: preview(value), length: value.length },
      location: file.locate(start, end),
    });
  }
  for (const { rule, error } of broken) {
    context.degraded(
      `secretlint's rule ${rule} broke on ${file.path} (${error}), so the file was not searched for what it knows.`,
      { path: file.path, rule },
    );
  }
  if (capped)
    context.degraded(`${file.path} holds more than ${plural(MAX_PER_FILE, 'credential')}; only so many are listed.`, {
      path: file.path,
    });
}
