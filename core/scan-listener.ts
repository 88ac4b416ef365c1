import type { Directive } from './check/directives.js';
import type { CheckOutcome, ExecuteListener } from './execute/contract.js';
import type { HookRunner } from './hooks.js';
import type { EndedCheck } from './model/event.js';
import type { Notice } from './model/result.js';
import type { Task } from './model/task.js';
import type { UntimedEvent } from './scan-events.js';

/** Where what happens is told. */
export interface Told {
  readonly hooks: HookRunner;
  /** A record of ours as it may leave the scan. */
  readonly masked: <T>(value: T) => T;
  /** Takes the `scanrun-ignore` comments that checks meet, by file. */
  readonly directives: Map<string, readonly Directive[]>;
  emit(event: UntimedEvent): void;
  notice(notice: Notice): void;
}

/** What execution tells of, as events and for hooks. */
export function executeListener({ hooks, masked, directives, emit, notice }: Told): ExecuteListener {
  const attemptOf = (task: Task): { taskId: string; attempt: number } => ({ taskId: task.id, attempt: task.attempt });
  return {
    taskStarted: (task, worker) => {
      emit({ type: 'taskStarted', ...attemptOf(task), worker });
      if (hooks.heard('taskStart')) hooks.call('taskStart', masked(task));
    },
    finding: (task, finding) => {
      emit({ type: 'finding', ...attemptOf(task), finding });
      hooks.call('finding', finding, task);
    },
    attemptDiscarded: (task, findings) => emit({ type: 'attemptDiscarded', ...attemptOf(task), findings }),
    measure: (task, checkId, measurement) => emit({ type: 'measure', taskId: task.id, checkId, ...measurement }),
    log: (task, { level, message, data, checkId }) =>
      emit({
        type: 'log',
        taskId: task.id,
        level,
        message,
        ...(checkId === undefined ? {} : { checkId }),
        ...(data === undefined ? {} : { data }),
      }),
    directives: (path, found) => void directives.set(path, found),
    stray: (error) =>
      notice({
        code: 'stray-error',
        level: 'warning',
        message: `An error reached nobody: ${error.message}. It belongs to a check that had ended.`,
      }),
    taskEnded: (record, checks) => {
      emit({ type: 'taskEnded', task: record, checks: checks.map(endedCheck) });
      hooks.call('taskEnd', record);
    },
  };
}

/** How a check ended, without what was told before. */
function endedCheck(ended: CheckOutcome): EndedCheck {
  const { check, outcome, masked, findings, measurements, data, cached, cachedFiles } = ended;
  return {
    checkId: check.id,
    outcome,
    masked,
    findings: findings.length,
    measurements: measurements.length,
    ...(data === undefined ? {} : { data }),
    ...(cached === undefined ? {} : { cached }),
    ...(cachedFiles === undefined ? {} : { cachedFiles }),
  };
}
