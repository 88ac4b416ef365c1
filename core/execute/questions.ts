import type { Access } from '../answers/declared-inputs.js';
import type { ProjectAnswer, ProjectQuestion } from '../answers/project-question.js';
import type { RunTool } from '../answers/scan-answers.js';
import { type AnyCheck, isCacheable } from '../check/define.js';
import { messageOf, ScanError } from '../errors.js';
import { isConclusive, type Outcome } from '../model/outcome.js';
import type { Task, TaskCheck } from '../model/task.js';
import type { Collected } from './collected.js';
import type { ExecuteAnswers } from './contract.js';
import { needsOf } from './order.js';
import type { PassAnswersOptions } from './pass-answers.js';
import type { RequestSource, TaskRequests } from './requests.js';
import { toolVersion } from './tool-version.js';

/** What questions are asked with. */
export interface QuestionsOptions extends Omit<PassAnswersOptions, 'answers' | 'tasks'> {
  readonly answers: ExecuteAnswers;
  readonly source: RequestSource;
  /** Told when one can be answered, or cannot. */
  readonly changed: () => void;
}

/** A question about a project check: its versions of programs are being asked for, or it is put. */
interface Asked {
  question?: ProjectQuestion | undefined;
  answer?: ProjectAnswer | undefined;
  isOpen: boolean;
}

/** What earlier scans said to the cached project checks of a scan. */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #asked = new Map<string, Asked>();
  readonly #running = new Set<TaskRequests>();

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /** True for a task whose answer may be known. */
  mayBeKnown({ part, stage = 0, checks: [first] }: Task): boolean {
    const check = this.#options.registry.get(first?.id ?? '')?.check;
    return part === undefined && stage === 0 && check !== undefined && isCacheable(check);
  }

  /** What is known of a task's answer: `asking` until `changed` is called. */
  state(task: Task): 'asking' | 'known' | 'unknown' {
    const asked = this.#asked.get(task.id);
    if (asked === undefined) {
      const fresh: Asked = { isOpen: true };
      this.#asked.set(task.id, fresh);
      void this.#ask(task, fresh);
      return 'asking';
    }
    return asked.isOpen ? 'asking' : asked.answer === undefined ? 'unknown' : 'known';
  }

  /** What an earlier scan said. */
  answer({ id }: Task): ProjectAnswer | undefined {
    return this.#asked.get(id)?.answer;
  }

  /** What hears of all that a task's check learns; undefined where its answer is not kept in any case. */
  listener({ id, checks: [first] }: Task): ((access: Access) => void) | undefined {
    const question = this.#asked.get(id)?.question;
    if (question === undefined) return undefined;
    const { strict, notice } = this.#options.answers;
    return (access) => {
      const undeclared = question.access(access);
      if (undeclared === undefined) return;
      const what = `${first?.id} asked for ${undeclared.what}, which it does not declare`;
      if (strict) throw new ScanError('SR_INPUT_UNDECLARED', `${what}: ${undeclared.next}.`);
      if (!undeclared.isFirst) return;
      notice({
        code: 'undeclared-input',
        level: 'warning',
        message: `${what}, so that its answer is not kept: ${undeclared.next}.`,
      });
    };
  }

  /** Keeps what a task's check said, if it is conclusive, and gives its outcome: what was refused is no answer, whatever the check made of it. */
  learn({ id }: Task, collected: Collected, outcome: Outcome): Outcome {
    const question = this.#asked.get(id)?.question;
    if (question === undefined) return outcome;
    const [refused] = this.#options.answers.strict ? question.undeclared : [];
    if (refused !== undefined && isConclusive(outcome)) {
      const message = `It asked for ${refused.what}, which it does not declare: ${refused.next}.`;
      return { status: 'errored', reason: { code: 'threw', message } };
    }
    const { origins, measurements, data, masked } = collected;
    // A value that must be masked is in no record, so only the check itself can name it again.
    if (isConclusive(outcome) && !masked) question.keep({ findings: origins, measurements, data });
    return outcome;
  }

  /** Ends the programs that are still asked for their versions. */
  close(): void {
    for (const requests of this.#running) requests.close();
  }

  /** Ends them at once. */
  kill(): void {
    for (const requests of this.#running) requests.kill();
  }

  async #ask(task: Task, asked: Asked): Promise<void> {
    const { answers, registry, data, source, changed } = this.#options;
    const planned = task.checks[0] as TaskCheck;
    const check = registry.get(planned.id)?.check as AnyCheck;
    try {
      const runTool: RunTool = (argv) => toolVersion(source, argv, this.#running);
      const question = await answers.of.ask({ check, planned, needs: needsOf(planned, data) }, runTool);
      if (typeof question !== 'string') {
        asked.question = question;
        asked.answer = question.answer();
      }
    } catch (error) {
      const message = `Whether the answer of ${planned.id} is known could not be told, so it runs: ${messageOf(error)}`;
      answers.notice({ code: 'cache-unread', level: 'warning', message });
    }
    asked.isOpen = false;
    changed();
  }
}
