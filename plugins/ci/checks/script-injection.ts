import { defineCheck } from 'scanrun';
import { workflowOf } from '../each-workflow.js';
import { expressionsIn, isUntrusted, referencesIn, taintedVariables } from '../expressions.js';
import { OF_WORKFLOWS_AND_ACTIONS, type Step, type Value } from '../workflow.js';

/** Finds texts of strangers that become part of a script. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'Nothing that strangers write becomes part of a script',
    description: 'An expression is put into a script before it runs, so the title of an issue can hold commands.',
    category: 'security',
    tier: 'quick',
    severity: 'error',
    estimate: '200ms',
    tags: ['github-actions', 'injection'],
    messages: {
      injection: '{{name}} is put into a script: whoever writes it can run commands here.',
      variable:
        '{{name}} is put into a script, and its value comes from strangers; write it as a variable of the shell.',
      input:
        '{{name}} is put into a script of this action; a caller that gives it a text of a stranger lets commands run.',
    },
    help: [
      'Give the value to the script as a variable, which the shell does not run:',
      '',
      '```yaml',
      '- env:',
      '    TITLE: ${{ github.event.issue.title }}',
      '  run: echo "$TITLE"',
      '```',
      '',
      'In `actions/github-script` read `context.payload` or `process.env` instead. Looked at are `run` and `script`; the names are those of ' +
        "[GitHub's guide](https://docs.github.com/en/actions/security-for-github-actions/security-guides/security-hardening-for-github-actions) and of actionlint. " +
        'Numbers, commits and comparisons (`contains(...)`, `==`) are harmless. Inputs of actions are notes: it depends on who calls them.',
    ].join('\n'),
    ...OF_WORKFLOWS_AND_ACTIONS,
  },
  async visit(file, context) {
    const workflow = await workflowOf(file, context);
    if (workflow === undefined) return;
    for (const job of workflow.jobs)
      for (const step of job.steps) {
        const variables = taintedVariables(workflow.env, job.env, step.env);
        for (const script of scriptsOf(step))
          for (const { code, range } of expressionsIn(script, file.text))
            for (const name of new Set(referencesIn(code))) {
              const messageId = kindOf(name, variables, workflow.kind);
              if (messageId === undefined) continue;
              const severity = messageId === 'input' ? ({ severity: 'note' } as const) : {};
              context.report({ messageId, data: { name }, location: file.locate(...range), ...severity });
            }
      }
  },
});

/** The texts of a step that run as code. */
function scriptsOf({ run, uses, with: given }: Step): Value[] {
  const script = /^actions\/github-script@/i.test(uses?.text ?? '') ? given.get('script') : undefined;
  return [run, script].filter((value) => value !== undefined);
}

function kindOf(
  name: string,
  variables: ReadonlySet<string>,
  kind: 'workflow' | 'action',
): 'injection' | 'variable' | 'input' | undefined {
  if (isUntrusted(name)) return 'injection';
  if (name.startsWith('env.') && variables.has(name.slice('env.'.length))) return 'variable';
  return kind === 'action' && name.startsWith('inputs.') ? 'input' : undefined;
}
