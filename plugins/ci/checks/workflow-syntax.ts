import { defineCheck } from 'scanrun';
import { readWorkflow, whyUnreadable } from '../each-workflow.js';
import { OF_WORKFLOWS } from '../workflow.js';

/** Says which workflows GitHub cannot read. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'Workflows can be read',
    description: 'GitHub does not run a workflow that it cannot read, and says so only on a page that nobody opens.',
    category: 'continuous-integration',
    tier: 'quick',
    severity: 'error',
    estimate: '200ms',
    tags: ['github-actions', 'yaml'],
    messages: {
      invalid: 'This is no valid YAML: {{what}}.',
      unreadable: '{{path}} is no workflow: {{why}}.',
      lacks: '{{path}} has no {{key}}, so nothing runs.',
    },
    help: [
      'Mend the place that is named. A text that has a colon before a space, or begins with `#`, `{`, `*` or `@`, needs quotes:',
      '',
      '```yaml',
      'name: "Build: all"',
      'on: push',
      'jobs:',
      '  build:',
      '    runs-on: ubuntu-latest',
      '    steps:',
      '      - run: npm test',
      '```',
      '',
      'Whether GitHub understands what the YAML says is looked at by `ci/actionlint`.',
    ].join('\n'),
    ...OF_WORKFLOWS,
  },
  async visit(file, { report }) {
    if (file.type !== 'file') return;
    const { path } = file;
    const why = whyUnreadable(file);
    if (why !== undefined) return report({ messageId: 'unreadable', data: { path, why }, location: { path } });
    const { workflow, problems } = await readWorkflow(file);
    for (const { what, range } of problems.slice(0, 20))
      report({ messageId: 'invalid', data: { what: what.replace(/\.$/, '') }, location: file.locate(...range) });
    if (problems.length > 0) return;
    for (const key of workflow.lacks)
      report({ messageId: 'lacks', data: { path, key: `'${key}'` }, location: { path, startLine: 1 } });
  },
});
