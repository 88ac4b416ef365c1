import { defineCheck } from 'scanrun';
import { workflowOf } from '../each-workflow.js';
import { OF_WORKFLOWS_AND_ACTIONS, type Value, type Workflow } from '../workflow.js';

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/i;
const DIGEST = /@sha256:[0-9a-f]{64}$/i;
const VERSION = /^v?\d+(?:\.\d+)*(?:[-+.][\w.-]+)?$/;

/** Finds actions that somebody else can change. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'Actions are pinned to a commit',
    description: 'A tag or a branch of an action can be moved to other code, which then runs with your secrets.',
    category: 'security',
    tier: 'quick',
    severity: 'warning',
    estimate: '200ms',
    tags: ['github-actions', 'supply-chain'],
    options: {
      trusted: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        default: ['actions/*', 'github/*', 'dependabot/*'],
        description: 'Globs of actions that may be used by a version tag; the default is what GitHub itself publishes.',
      },
    },
    messages: {
      notPinned: '{{action}} is used at {{ref}}, which its owner can move; pin it to a commit.',
      branch: '{{action}} is used at {{ref}}, which changes with every push; use a version or a commit.',
      noRef: '{{action}} has no version: write {{action}}@<commit>.',
      image: 'The image {{action}} is not pinned to a digest, so its content can change.',
    },
    help: [
      'Write the commit, and the version in a comment. Dependabot and Renovate update both:',
      '',
      '```yaml',
      '- uses: owner/action@8f4b7f84864484a7bf31766abe9204da3cbe65b3 # v3.5.0',
      '```',
      '',
      '`git ls-remote https://github.com/owner/action v3.5.0` shows the commit of a tag. Images need their digest: ' +
        '`docker://alpine@sha256:...`. Actions of the repository itself (`./path`) are as they are.',
      '',
      'Actions that GitHub itself publishes may be used by a version tag, as zizmor has it; `trusted: []` asks for a commit of these too.',
    ].join('\n'),
    ...OF_WORKFLOWS_AND_ACTIONS,
  },
  async visit(file, context) {
    const workflow = await workflowOf(file, context);
    if (workflow === undefined) return;
    const { default: picomatch } = await import('picomatch');
    const isTrusted = picomatch(context.options.trusted, { nocase: true, dot: true });
    for (const { text, range } of usesIn(workflow)) {
      const problem = problemOf(text, isTrusted);
      if (problem !== undefined) context.report({ ...problem, location: file.locate(...range) });
    }
  },
});

/** Everything that a workflow or an action uses. */
function usesIn({ jobs }: Workflow): Value[] {
  return jobs
    .flatMap(({ uses, steps }) => [uses, ...steps.map((step) => step.uses)])
    .filter((value) => value !== undefined);
}

type Problem = {
  readonly messageId: 'notPinned' | 'branch' | 'noRef' | 'image';
  readonly data: { readonly action: string; readonly ref: string };
};

function problemOf(uses: string, isTrusted: (action: string) => boolean): Problem | undefined {
  // A path of this repository, from the work tree or, with a dollar sign, from the workflow's own commit.
  if (/^(?:\.{1,2}|\$)\//.test(uses) || uses.includes('${{')) return undefined;
  if (/^docker:\/\//i.test(uses)) {
    const image = uses.slice('docker://'.length);
    return DIGEST.test(image) ? undefined : { messageId: 'image', data: { action: image, ref: '' } };
  }
  const at = uses.lastIndexOf('@');
  if (at < 0) return { messageId: 'noRef', data: { action: uses, ref: '' } };
  const data = { action: uses.slice(0, at), ref: uses.slice(at + 1) };
  if (COMMIT.test(data.ref)) return undefined;
  const isVersion = VERSION.test(data.ref);
  const owner = data.action.split('/').slice(0, 2).join('/');
  if (isVersion) return isTrusted(owner) ? undefined : { messageId: 'notPinned', data };
  return { messageId: 'branch', data };
}
