import type { CheckContext, VisitedFile } from 'scanrun';
import { loadWorkflowReader, type ReadWorkflow, type Workflow } from './workflow.js';

/** Longer workflows are not accepted by GitHub either, whose limit is 1 MiB. */
const MAX_TEXT_LENGTH = 2_000_000;

/** Why a file cannot be read as a workflow; undefined for one that can. */
export function whyUnreadable({ text, sizeBytes }: Pick<VisitedFile, 'text' | 'sizeBytes'>): string | undefined {
  if (sizeBytes > 0 && text === '') return 'it is binary';
  return text.length > MAX_TEXT_LENGTH ? 'it is longer than GitHub accepts' : undefined;
}

/** Reads a workflow or action with all its problems. */
export async function readWorkflow(file: VisitedFile): Promise<ReadWorkflow> {
  const read = await loadWorkflowReader();
  return read(file.path, file.text);
}

/**
 * The workflow or action in a visited file; undefined for a link, and for a file called action.yml that is no action. One that cannot
 * be read makes the check degraded: `ci/workflow-syntax` says what is wrong with it.
 */
export async function workflowOf(
  file: VisitedFile,
  context: Pick<CheckContext, 'degraded'>,
): Promise<Workflow | undefined> {
  if (file.type !== 'file') return undefined;
  const unread = (why: string): undefined => {
    context.degraded(`${file.path} was not judged: ${why}.`, { path: file.path });
  };
  const why = whyUnreadable(file);
  // Other tools have files called action.yml too; one of GitHub says what it runs.
  if (isActionName(file.path) && why === undefined && !/^runs\s*:/m.test(file.text)) return undefined;
  if (why !== undefined) return unread(why);
  const { workflow, problems } = await readWorkflow(file);
  const [first] = problems;
  if (first !== undefined) return unread(`it is no valid YAML (${first.what})`);
  if (workflow.kind === 'action' && workflow.lacks.length > 0) return undefined;
  return workflow;
}

function isActionName(path: string): boolean {
  return /(?:^|\/)action\.ya?ml$/.test(path) && !path.startsWith('.github/workflows/');
}
