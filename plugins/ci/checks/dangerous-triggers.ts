import { defineCheck } from 'scanrun';
import { workflowOf } from '../each-workflow.js';
import { type Job, OF_WORKFLOWS, type Step, type Value } from '../workflow.js';

/** Events that run with the repository's secrets, and are started by anybody. */
const PRIVILEGED = [
  'pull_request_target',
  'workflow_run',
  'issue_comment',
  'issues',
  'discussion',
  'discussion_comment',
];

/** Values of `ref` and `repository` that lead to the code of a pull request. */
const FOREIGN =
  /github\.event\.pull_request\.(?:head\b|merge_commit_sha|number)|github\.head_ref|github\.event\.workflow_run\.(?:head_\w+|pull_requests)|refs\/pull\/|github\.event\.issue\.number|github\.event\.number/i;

/** Commands that get the code of a pull request. */
const FETCHES =
  /\bgh\s+pr\s+checkout\b|\bgit\s+(?:fetch|pull|checkout)\b[^\n]*(?:\bpull\/|pull_request\.head|head_ref|PR_HEAD|HEAD_SHA)/i;

/** Finds workflows that run a stranger's code with the repository's own rights. */
export default defineCheck(import.meta.url, {
  meta: {
    title: "Strangers' code does not run with the repository's secrets",
    description:
      'pull_request_target and workflow_run have secrets and a token that writes; checking out a pull request there gives both away.',
    category: 'security',
    tier: 'quick',
    severity: 'error',
    estimate: '200ms',
    tags: ['github-actions', 'pull-requests'],
    messages: {
      checkout:
        'On {{event}} the job {{job}} gets the code of a pull request, with the secrets and the token of this repository.',
      broad:
        'On {{event}} the job {{job}} has every right that the token gives by default; list the few it needs in permissions.',
    },
    help: [
      'Build and test pull requests on `pull_request`, which has no secrets. Do what needs them in a second workflow that gets only ' +
        'results, and treats them as data:',
      '',
      '```yaml',
      'on:',
      '  pull_request:',
      'permissions:',
      '  contents: read',
      '```',
      '',
      'A label that a maintainer sets does not help: code can be pushed after it. ' +
        '[Preventing pwn requests](https://securitylab.github.com/research/github-actions-preventing-pwn-requests/) explains it. ' +
        'A workflow on `pull_request_target` that only labels or comments is fine, with `permissions` that name what it writes.',
    ].join('\n'),
    ...OF_WORKFLOWS,
  },
  async visit(file, context) {
    const workflow = await workflowOf(file, context);
    if (workflow === undefined) return;
    const [event] = PRIVILEGED.filter((name) => workflow.events.has(name));
    if (event === undefined) return;
    for (const job of workflow.jobs) {
      const foreign = job.steps.map(foreignCode).filter((value) => value !== undefined);
      for (const { range } of foreign)
        context.report({ messageId: 'checkout', data: { event, job: job.id.text }, location: file.locate(...range) });
      if (foreign.length === 0 && event === 'pull_request_target' && isBroad(job, workflow.permissions !== undefined))
        context.report({
          messageId: 'broad',
          data: { event, job: job.id.text },
          location: file.locate(...job.id.range),
          severity: 'note',
        });
    }
  },
});

function isBroad({ permissions, uses }: Job, hasDefault: boolean): boolean {
  return permissions === undefined && !hasDefault && uses === undefined;
}

/** Where a step gets the code of a pull request; undefined where it does not. */
function foreignCode({ uses, run, with: given }: Step): Value | undefined {
  if (run !== undefined && FETCHES.test(run.text)) return run;
  if (uses === undefined || !/^actions\/checkout@/i.test(uses.text)) return undefined;
  return [given.get('ref'), given.get('repository')].find((value) => value !== undefined && FOREIGN.test(value.text));
}
