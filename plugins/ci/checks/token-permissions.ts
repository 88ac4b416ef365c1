import { defineCheck, type FixOffer } from 'scanrun';
import { workflowOf } from '../each-workflow.js';
import { OF_WORKFLOWS, type Permissions } from '../workflow.js';

/** Scopes that can change what others get: code, releases, packages, the workflows themselves. */
const GRAVE = new Set([
  'actions',
  'attestations',
  'contents',
  'deployments',
  'id-token',
  'packages',
  'pages',
  'security-events',
  'checks',
  'statuses',
]);

/** Finds tokens that may do more than they need. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'Tokens of workflows may do no more than they need',
    description:
      'A step that was taken over can do what the token of its job may do; by default that can be everything.',
    category: 'security',
    tier: 'quick',
    severity: 'warning',
    estimate: '200ms',
    tags: ['github-actions', 'permissions'],
    messages: {
      missing: 'The token of {{jobs}} has whatever rights the repository gives by default: no permissions are stated.',
      writeAll: 'The token of {{jobs}} may write everything.',
      wide: 'The token of every job here may write {{scope}}; give that right to the job that needs it.',
    },
    help: [
      'State at the top what all jobs need, and at a job what only it needs:',
      '',
      '```yaml',
      'permissions:',
      '  contents: read',
      'jobs:',
      '  release:',
      '    permissions:',
      '      contents: write',
      '```',
      '',
      '`scanrun fix --unsafe --check ci/token-permissions` lets every job read the repository and nothing else, where no job states its rights; look which jobs write, such as a release.',
      '',
      '`permissions: {}` takes all rights away. A workflow that is only called by others (`workflow_call`) has the rights of its caller, and need not state any.',
    ].join('\n'),
    ...OF_WORKFLOWS,
  },
  async visit(file, context) {
    const workflow = await workflowOf(file, context);
    if (workflow === undefined || workflow.jobs.length === 0) return;
    const { permissions, jobs, events } = workflow;
    const isCalled = events.has('workflow_call') && events.size === 1;
    const without = permissions === undefined && !isCalled ? jobs.filter((job) => job.permissions === undefined) : [];
    const [first] = without;
    if (first !== undefined)
      context.report({
        messageId: 'missing',
        data: {
          jobs: naming(
            without.map(({ id }) => id.text),
            jobs.length,
          ),
        },
        location: file.locate(...first.id.range),
        ...(permissions === undefined && without.length === jobs.length ? readOnly(file.text) : {}),
      });
    if (permissions?.all === 'write-all')
      context.report({
        messageId: 'writeAll',
        data: { jobs: 'every job' },
        location: file.locate(...permissions.range),
      });
    for (const { id, permissions: own } of jobs)
      if (own?.all === 'write-all')
        context.report({
          messageId: 'writeAll',
          data: { jobs: `the job ${id.text}` },
          location: file.locate(...own.range),
        });
    if (jobs.length > 1) {
      for (const [scope, value] of writable(permissions))
        context.report({ messageId: 'wide', data: { scope }, location: file.locate(...value), severity: 'note' });
    }
  },
});

/**
 * The least right that nearly every job needs, before the jobs. Unsafe: a job that writes must say so, and which of them
 * do nobody can read from here.
 */
function readOnly(text: string): { readonly fix?: FixOffer } {
  // A workflow in one line, or indented as a whole, has no such place.
  const jobs = /^(?:jobs|'jobs'|"jobs")[^\S\r\n]*:/m.exec(text);
  if (jobs === null) return {};
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const replacement = {
    start: jobs.index,
    end: jobs.index,
    text: `permissions:${lineEnd}  contents: read${lineEnd}${lineEnd}`,
  };
  return {
    fix: {
      description: 'Let the token of every job only read the repository',
      unsafe: true,
      changes: [{ replacements: [replacement] }],
    },
  };
}

function naming(ids: readonly string[], all: number): string {
  if (ids.length === all) return all === 1 ? `the job ${ids[0]}` : 'every job';
  return `${ids.length === 1 ? 'the job' : 'the jobs'} ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ` and ${ids.length - 5} more` : ''}`;
}

/** The grave scopes that all jobs may write. */
function writable(permissions: Permissions | undefined): [string, readonly [number, number]][] {
  return [...(permissions?.scopes ?? [])]
    .filter(([scope, { text }]) => text === 'write' && GRAVE.has(scope))
    .map(([scope, { range }]) => [scope, range]);
}
