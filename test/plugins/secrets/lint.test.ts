import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { describe, expect, it } from 'vitest';
import { preview, toCredentials } from '../../../plugins/secrets/credential.js';
import { lintText, MAX_PER_FILE, runRules } from '../../../plugins/secrets/lint.js';
import { RULE_PREFIX, selectRules } from '../../../plugins/secrets/rules.js';
import { githubToken, noise, npmToken, SAMPLES, textOf } from './samples.js';

type Rule = Parameters<typeof runRules>[1][number];

const source = (text: string, path = 'a.txt') => ({ text, path, comments: true });
const find = async (text: string, path = 'a.txt') =>
  toCredentials((await lintText(source(text, path), selectRules(text, [], false), false)).hits, text);
const rule = (name: string): Rule => rules.find(({ meta }) => meta.id === `${RULE_PREFIX}${name}`) as Rule;

describe('where a secret is', () => {
  it.each(
    SAMPLES.map(
      (sample) => [`${sample.messageId}: ${sample.before ?? ''}${sample.secret.slice(0, 4)}`, sample] as const,
    ),
  )('%s', async (_, sample) => {
    const found = await find(textOf(sample), sample.path);
    const start = (sample.before ?? '').length;
    expect(found.map(({ messageId, start, end }) => ({ messageId, start, end }))).toEqual([
      { messageId: sample.messageId, start, end: start + sample.secret.length },
    ]);
  });

  it('counts a byte order mark', async () => {
    const [found] = await find(`\uFEFFkey ${githubToken}`);
    expect(found).toMatchObject({ start: 5, value: githubToken });
  });

  it('takes a token in a URL for one secret, by the rule that says more', async () => {
    expect(
      (await find(`https://someone:${githubToken}@github.com/a/b`)).map(({ rule, value }) => [rule, value]),
    ).toEqual([['github', githubToken]]);
    expect(
      (await find(`https://${githubToken}:x-oauth-basic@github.com/a`, 'package.json')).map(({ rule, value }) => [
        rule,
        value,
      ]),
    ).toEqual([['github', githubToken]]);
    expect(
      (await find(`//r/:_authToken=${npmToken}`, '.npmrc')).map(({ messageId, value }) => [messageId, value]),
    ).toEqual([['npmToken', npmToken]]);
  });

  it('keeps a secret inside the query of another', async () => {
    const text = `postgres://someone:${noise(12)}@db.example.invalid/app?key=${githubToken}`;
    expect((await find(text)).map(({ rule }) => rule)).toEqual(['database-connection-string', 'github']);
  });

  it('knows a variable in quotes', async () => {
    expect(await find('//r/:_authToken="${NPM_TOKEN}"\n', '.npmrc')).toEqual([]);
  });
});

describe('comments', () => {
  it.each([
    ['on the line', `x = "${githubToken}" // secretlint-disable-line`, 0],
    ['on the line before', `// secretlint-disable-next-line\nx = "${githubToken}"`, 0],
    ['over a range', `# secretlint-disable\nx = "${githubToken}"\n# secretlint-enable\ny = "${githubToken}"`, 1],
    ['for a rule', `// secretlint-disable-next-line ${RULE_PREFIX}github\nx = "${githubToken}"`, 0],
    ['for another rule', `// secretlint-disable-next-line ${RULE_PREFIX}npm\nx = "${githubToken}"`, 1],
  ])('%s', async (_, text, count) => {
    expect(await find(text)).toHaveLength(count);
    const { hits } = await lintText({ ...source(text), comments: false }, selectRules(text, [], false), false);
    expect(hits.length).toBeGreaterThan(0);
  });
});

describe('a rule that throws', () => {
  const broken = {
    ...rule('npm'),
    create: () => ({
      file: () => {
        throw new RangeError(githubToken);
      },
    }),
  } as unknown as Rule;

  it('leaves the others their findings, and is named without its words', async () => {
    const result = await runRules(source(`${githubToken} ${npmToken}`), [broken, rule('github')], false);
    expect(result.hits.map((hit) => hit.rule)).toEqual(['github']);
    expect(result.broken).toEqual([{ rule: 'npm', error: 'RangeError' }]);
  });
});

describe('a new version of the preset', () => {
  it('runs the rules that the gates do not know', async () => {
    const { hits } = await lintText(source(githubToken), { rules: ['github'], unknown: true }, false);
    expect(hits).toHaveLength(1);
    const added = {
      ...rule('github'),
      meta: { ...rule('github').meta, id: `${RULE_PREFIX}new` },
      create: (context: { report(d: object): void }) => ({
        file: () => context.report({ message: { message: '', messageId: 'NEW', data: { X: 1 } }, range: [2, 8] }),
      }),
    } as unknown as Rule;
    const result = await runRules(source('a secret'), [added], false);
    expect(toCredentials(result.hits, 'a secret')).toMatchObject([
      { rule: 'new', messageId: 'other', value: 'secret' },
    ]);
  });
});

describe('limits', () => {
  it('lists so many of a file and says that there are more', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => `ghp_${String(index).padStart(36, 'a')}`).join('\n');
    expect(await lintText(source(many(MAX_PER_FILE)), { rules: ['github'], unknown: false }, false)).toMatchObject({
      capped: false,
    });
    const more = await lintText(source(many(MAX_PER_FILE + 1)), { rules: ['github'], unknown: false }, false);
    expect(more.capped).toBe(true);
    expect(more.hits).toHaveLength(MAX_PER_FILE);
  });

  it('shows four characters at most, and of a short secret fewer', () => {
    expect([githubToken, 'abcdefgh', 'abcdefg', 'abc'].map(preview)).toEqual(['ghp_…', 'ab…', 'a…', '…']);
  });

  it.each([
    ['one line without end', 'a'.repeat(5_000_000)],
    [
      'tokens, 20,000',
      Array.from({ length: 20_000 }, (_, index) => `ghp_${String(index).padStart(36, 'a')}`).join(' '),
    ],
    ['keys of SendGrid that never end', `SG.${'a'.repeat(128)}.${'b'.repeat(260)} `.repeat(3_000)],
    ['names without values', `SECRETACCESSKEY${' '.repeat(2_000)}`.repeat(1_000)],
    ['schemes', 'http://a:'.repeat(300_000)],
    ['databases', `mongodb://${'a'.repeat(90)}:${'b'.repeat(190)}`.repeat(7_000)],
    ['tokens of Slack', `xoxb-${'a-'.repeat(1_000_000)}`],
    ['tokens of OpenAI', `sk-proj-${'A'.repeat(58)}T3BlbkFJ`.repeat(20_000)],
    ['comments', `${'secretlint-disable x\nsecretlint-enable y\n'.repeat(10_000)}${githubToken}`],
  ])('ends in time on %s', async (_, text) => {
    const started = performance.now();
    await find(text);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
