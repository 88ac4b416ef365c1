import { monotonicMs } from '../model/clock.js';
import { formatDuration } from '../model/duration.js';
import type { ScanEvent } from '../model/event.js';
import { isNotApplicable, type Outcome, packagesOutcome } from '../model/outcome.js';
import type { Task } from '../model/task.js';
import { plural } from '../model/text.js';

/** Shows how a scan goes on, on standard error. */
export interface Progress {
  /** Takes an event. */
  event(event: ScanEvent): void;
  /** Takes the progress off the screen and gives the streams back. Safe to call twice. */
  end(): Promise<void>;
}

/** How progress is shown: live lines on a terminal, plain lines elsewhere, or not at all. */
export type ProgressMode = 'live' | 'plain' | 'none';

/** Milliseconds between signs of life on a plain output: a CI that hears nothing for minutes ends the job. */
const HEARTBEAT_MS = 30_000;

/** More live lines than this would scroll a terminal; the rest is counted. */
const LIVE_LINES = 12;

/** Creates the progress of one scan. The only user of listr2, which is loaded when a plan is there to show. */
export function createProgress(mode: ProgressMode, stderr: NodeJS.WriteStream): Progress {
  if (mode === 'none') return { event: () => {}, end: () => Promise.resolve() };
  return mode === 'live' ? new LiveProgress(stderr) : new PlainProgress((line) => stderr.write(`${line}\n`));
}

/** One line when the plan is there, one for each check that gave no answer, and a heartbeat. */
class PlainProgress implements Progress {
  readonly #write: (line: string) => void;
  readonly #running = new Map<string, number>();
  /** Tasks that look at one of several packages. */
  readonly #ofPackages = new Set<string>();
  #total = 0;
  #done = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  event(event: ScanEvent): void {
    if (event.type === 'planned') {
      const { tasks } = event.plan;
      this.#total = tasks.length;
      for (const task of tasks) if (lineOf(task) !== task.id) this.#ofPackages.add(task.id);
      const lines = new Set(tasks.map(lineOf)).size;
      const more = lines === tasks.length ? '' : `, in ${plural(tasks.length, 'task')}`;
      this.#write(`scanrun: ${plural(lines, 'check')} to run${more}`);
      this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS);
      this.#timer.unref();
    } else if (event.type === 'taskStarted') {
      this.#running.set(event.taskId, monotonicMs());
    } else if (event.type === 'taskEnded') {
      this.#done += 1;
      this.#running.delete(event.task.id);
      const { id } = event.task;
      for (const { checkId, outcome } of event.checks) {
        const isOfPackage = this.#ofPackages.has(id);
        // Of hundreds of packages a check may concern one.
        if (isOfPackage && isNotApplicable(outcome)) continue;
        const line = inconclusive(isOfPackage ? id : checkId, outcome);
        if (line) this.#write(`scanrun: ${line}`);
      }
    } else if (event.type === 'result') {
      this.#stop();
    }
  }

  end(): Promise<void> {
    this.#stop();
    return Promise.resolve();
  }

  #stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const now = monotonicMs();
    const running = [...this.#running].map(([id, since]) => `${id} (${formatDuration(now - since)})`).join(', ');
    this.#write(`scanrun: ${this.#done} of ${this.#total} done; running: ${running || 'nothing'}`);
  }
}

/** A line for each running check, by listr2. */
class LiveProgress implements Progress {
  readonly #stderr: NodeJS.WriteStream;
  readonly #ends = new Map<string, (outcome: Outcome) => void>();
  readonly #outcomes = new Map<string, Promise<Outcome>>();
  readonly #starts = new Map<string, () => void>();
  /** What has begun: some of it before there is a line to show it. */
  readonly #begun = new Set<string>();
  /** The line of each task; those of a check on several packages have one. */
  readonly #lines = new Map<string, string>();
  /** How the tasks of a line ended, and how many have not. */
  readonly #ended = new Map<string, { readonly outcomes: Outcome[]; left: number }>();
  #shown: Promise<unknown> = Promise.resolve();

  constructor(stderr: NodeJS.WriteStream) {
    this.#stderr = stderr;
  }

  event(event: ScanEvent): void {
    if (event.type === 'planned') this.#shown = this.#show(this.#planned(event.plan.tasks));
    else if (event.type === 'taskStarted') this.#taskStarted(this.#lines.get(event.taskId) ?? '');
    else if (event.type === 'taskEnded') this.#taskEnded(this.#lines.get(event.task.id) ?? '', event.task.outcome);
  }

  /** Gives the lines of a plan, in its order. */
  #planned(tasks: readonly Task[]): string[] {
    for (const task of tasks) {
      const line = lineOf(task);
      this.#lines.set(task.id, line);
      const ended = this.#ended.get(line) ?? { outcomes: [], left: 0 };
      ended.left += 1;
      this.#ended.set(line, ended);
    }
    return [...this.#ended.keys()];
  }

  #taskStarted(line: string): void {
    this.#begun.add(line);
    this.#starts.get(line)?.();
  }

  #taskEnded(line: string, outcome: Outcome): void {
    const ended = this.#ended.get(line);
    if (ended === undefined) return;
    ended.outcomes.push(outcome);
    ended.left -= 1;
    if (ended.left === 0) this.#ends.get(line)?.(packagesOutcome(ended.outcomes));
  }

  async end(): Promise<void> {
    for (const finish of this.#ends.values()) finish({ status: 'passed' });
    await this.#shown;
  }

  async #show(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#outcomes.set(id, new Promise((resolve) => this.#ends.set(id, resolve)));
    }
    const { DefaultRenderer, Listr, ListrLogger, ProcessOutput } = await import('listr2');
    // listr2 asks whether standard output is a terminal; where this is shown is standard error, which was asked.
    class Renderer extends DefaultRenderer {
      static override nonTTY = true;
    }
    const shown = ids.slice(0, LIVE_LINES);
    const rest = ids.slice(LIVE_LINES);
    const tasks = shown.map((id) => ({
      title: this.#begun.has(id) ? id : `${id} (waiting)`,
      task: async (_: unknown, task: { title: string; skip(message: string): void }) => {
        this.#starts.set(id, () => {
          task.title = id;
        });
        // It may have begun between the making of the list and here.
        if (this.#begun.has(id)) task.title = id;
        const outcome = await this.#outcomes.get(id);
        task.title = id;
        const line = outcome && inconclusive(id, outcome);
        if (line) task.skip(line);
        // The only way to a mark that is not a tick: findings are no failure of the check.
        else if (outcome?.status === 'failed') throw new Error('findings');
      },
    }));
    if (rest.length > 0) {
      tasks.push({
        title: `and ${plural(rest.length, 'more check')}`,
        task: async (_: unknown, task) => {
          const outcomes = await Promise.all(rest.map((id) => this.#outcomes.get(id)));
          const open = outcomes.filter((outcome) => outcome !== undefined && 'reason' in outcome).length;
          if (open > 0) task.skip(`${open} of ${plural(rest.length, 'more check')} without an answer`);
        },
      });
    }
    // What a report says belongs to standard output; progress has standard error, and is gone when it is over.
    const logger = new ListrLogger({ useIcons: false, processOutput: new ProcessOutput(this.#stderr, this.#stderr) });
    await new Listr(tasks, {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: Renderer,
      rendererOptions: { clearOutput: true, showErrorMessage: false, logger },
    }).run();
  }
}

/** What a line of the progress is about: a task, or a check on all packages that it looks at. */
function lineOf({ id, package: one, checks: [first] }: Task): string {
  return one === undefined ? id : (first?.id ?? id);
}

function inconclusive(id: string, outcome: Outcome): string | undefined {
  return 'reason' in outcome ? `${id} ${outcome.status}: ${outcome.reason.message}` : undefined;
}
