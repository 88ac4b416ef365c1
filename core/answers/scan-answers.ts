// The answers of earlier scans of a target, and those of this one: what of a scan need not be computed again.

import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FileAnswers } from '../cache/file-answers.js';
import { attempt, CacheFolder, failureText } from '../cache/folder.js';
import { keyOf, type Parts } from '../cache/parts.js';
import { PassMemo } from '../cache/pass-memo.js';
import { ProjectAnswers } from '../cache/project-answers.js';
import type { CacheSettings } from '../cache/settings.js';
import { Signer } from '../cache/signer.js';
import { compileGlobs } from '../check/glob.js';
import { compileScoped } from '../check/package-globs.js';
import type { KnownContents } from '../files/content-id.js';
import type { FileIndex } from '../files/file-index.js';
import { namesIn } from '../files/names-in.js';
import type { Notice } from '../model/result.js';
import type { FileEntry } from '../model/target.js';
import type { TaskCheck } from '../model/task.js';
import { plural } from '../model/text.js';
import { type NotKept, PartMaker, type PlannedCheck, type ScanParts } from './check-parts.js';
import { FilePass, type PassCheck } from './file-pass.js';
import { ProjectQuestion } from './project-question.js';

/** The folder, below a target's state folder, in which each key has a folder of answers. */
export const ANSWERS_FOLDER: readonly string[] = ['cache', 'answers'];
/** What the last scan found and kept. */
export const LAST_FILE = 'last.json';
export const DAY_MS = 86_400_000;
/** The share of the limit that the table of files may take. */
export const TABLE_SHARE = 0.5;

/** What the last scan made of the cache. */
export interface CacheUse {
  /** When it ended, ISO 8601 in UTC. */
  readonly endedAt: string;
  /** Questions that an earlier scan had answered: one for each check of each file, one for each project check. */
  readonly hits: number;
  /** Questions that it had not. */
  readonly misses: number;
  /** Answers that were kept. */
  readonly kept: number;
}

/** What answers are kept of, and where. */
export interface ScanAnswersOptions extends Omit<ScanParts, 'target'> {
  /** The target and its files. */
  readonly index: AnsweredIndex;
  /** The hash of every file by path, size, kind and time; absent where each file is to be looked up, whatever was known of all. */
  readonly content?: string | undefined;
  /** The folder of the answers that this key signs, which is there. */
  readonly folder: string;
  /** What signs them. */
  readonly secret: string;
  /** False where nothing can be written: what is there is found, and nothing is kept. */
  readonly writable: boolean;
  readonly settings: CacheSettings;
  /** The variables that checks see. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A project check that is asked. */
export interface AskedCheck extends PlannedCheck {
  readonly planned: Pick<TaskCheck, 'id' | 'module' | 'options' | 'severity' | 'exclude'>;
}

/** Runs a version command and gives what it printed; rejects when it could not be run. */
export type RunTool = (argv: readonly string[]) => Promise<string>;

/** What of an index answers depend on. */
export type AnsweredIndex = Pick<FileIndex, 'target' | 'entries' | 'contentId' | 'knownContents' | 'staged'>;

/** The answers of one scan. */
export class ScanAnswers {
  readonly #options: ScanAnswersOptions;
  readonly #folder: CacheFolder;
  readonly #signer: Signer;
  readonly #parts: PartMaker;
  readonly #project: ProjectAnswers;
  readonly #files: FileAnswers[] = [];
  readonly #passes: FilePass[] = [];
  #listed: KnownContents | undefined;
  readonly #tools = new Map<string, Promise<string | undefined>>();

  constructor(options: ScanAnswersOptions) {
    const { secret, settings } = options;
    this.#options = options;
    this.#signer = new Signer(secret);
    this.#folder = new CacheFolder(options.folder);
    this.#parts = new PartMaker(this.#signer, { ...options, target: options.index.target });
    this.#project = new ProjectAnswers({ folder: this.#folder, signer: this.#signer, ...settings });
  }

  /** Opens the answers of file checks. A check that needs data of others belongs here once they have ended. */
  files(checks: readonly PassCheck[]): FilePass {
    const { settings } = this.#options;
    const keys = checks.map((check) => this.#keyOf(this.#parts.ofCheck(check)));
    const answers = new FileAnswers({
      folder: this.#folder,
      signer: this.#signer,
      checks: keys.map((key, index) =>
        typeof key === 'string'
          ? undefined
          : { ...key, pathIndependent: checks[index]?.check.meta.pathIndependent === true },
      ),
      today: Math.floor(Date.now() / DAY_MS),
      maxAgeDays: Math.ceil(settings.maxAgeMs / DAY_MS),
      maxBytes: Math.floor(settings.maxBytes * TABLE_SHARE),
      refresh: settings.refresh,
    });
    this.#files.push(answers);
    const names = keys.map((key) => (typeof key === 'string' ? key : key.key));
    const pass = new FilePass({
      checks,
      notKept: keys.map((key) => (typeof key === 'string' ? key : undefined)),
      answers,
      memo: new PassMemo(this.#folder, this.#signer),
      nameOf: (question) => {
        const { content } = this.#options;
        const listed = this.#listing();
        return listed && this.#signer.digest(JSON.stringify([content ?? '', listed.hash, names, question]));
      },
      isListed: (entry) => this.#listing()?.unknown.has(entry) === false,
      idOf: (entry) => this.#idOf(entry),
    });
    this.#passes.push(pass);
    return pass;
  }

  /** Puts the question of a project check, or says why no answer of it is kept. */
  async ask(asked: AskedCheck, runTool: RunTool): Promise<ProjectQuestion | NotKept> {
    const { check, planned } = asked;
    const { environment, index } = this.#options;
    const { target, entries, staged } = index;
    const own = this.#parts.ofCheck(asked);
    if (typeof own === 'string') return own;
    if (staged !== undefined) return 'staged';
    const { files = [], env = [], tools = [], commit = false } = check.meta.inputs ?? {};
    const isInput = compileScoped(asked.package, files);
    const isHidden = compileGlobs(planned.exclude);
    const inputs = entries.filter(({ path }) => isInput(path) && !isHidden(path));
    const versions: [string, string][] = [];
    for (const argv of tools) {
      const version = await this.#toolVersion(argv, runTool);
      if (version === undefined) return 'unknown-tool';
      versions.push([argv.join(' '), version]);
    }
    const values = this.#parts.ofInputs({
      files: inputs.map((entry) => ({ ...entry, contentId: this.#idOf(entry) })),
      variables: env.map((name) => [name, environment[name]]),
      tools: versions,
      ...(commit ? { commit: [target.commit ?? '', target.branch ?? ''] as const } : {}),
    });
    if (typeof values === 'string') return values;
    const key = this.#keyOf({ ...own, ...values });
    const owner = { checkId: planned.id, severity: planned.severity, metaSeverity: check.meta.severity };
    return new ProjectQuestion(
      { key, owner, inputs: check.meta.inputs ?? {}, package: asked.package, root: target.root, files: inputs },
      this.#project,
    );
  }

  /** What went wrong while answers were read. Ask once, when the checks have ended. */
  problems(): Notice[] {
    const all = [...this.#files, this.#project];
    const damaged = all.reduce((sum, answers) => sum + answers.damaged, 0);
    const unread = all.find(({ problem }) => problem !== undefined)?.problem;
    return [
      ...(damaged === 0
        ? []
        : [
            notice(
              'cache-damaged',
              'warning',
              `${plural(damaged, 'part')} of the cache ${damaged === 1 ? 'was' : 'were'} not as written, and what ${damaged === 1 ? 'it' : 'they'} held was computed again: ${this.#folder.path}.`,
            ),
          ]),
      ...(unread === undefined ? [] : [notice('cache-unread', 'info', `The cache could not be read: ${unread}.`)]),
    ];
  }

  /**
   * Writes what was learned and leaves out what is too old or too much. Nothing here fails: what goes wrong is a notice.
   * @param redact masks what must appear nowhere, as it is known at the end of the scan.
   */
  async close(redact: <T>(value: T) => T): Promise<Notice[]> {
    const notices: Notice[] = [];
    if (!this.#options.writable) return notices;
    try {
      for (const answers of this.#files)
        if (await answers.save(redact)) notices.push(fullNotice('the answers of all files', this.#options.settings));
      for (const pass of this.#passes) pass.save();
      for (const id of this.#project.save(redact))
        notices.push(fullNotice(`the answer of ${id}`, this.#options.settings));
      this.#folder.write(LAST_FILE, [Buffer.from(JSON.stringify(this.use()))]);
      if (this.use().kept > 0) this.#prune();
    } catch (error) {
      const what = failureText(this.#folder.path, error);
      notices.push(notice('cache-unwritable', 'warning', `The answers of this scan are not kept: ${what}.`));
    }
    return notices;
  }

  /** How the cache was used so far. */
  use(): CacheUse {
    const all = [...this.#files, this.#project];
    const sum = (get: (answers: (typeof all)[number]) => number): number =>
      all.reduce((total, answers) => total + get(answers), 0);
    return {
      endedAt: new Date().toISOString(),
      hits: sum(({ hits }) => hits),
      misses: sum(({ misses }) => misses),
      kept: sum(({ kept }) => kept),
    };
  }

  #keyOf(parts: Parts): { readonly key: string; readonly parts: Parts };
  #keyOf(parts: Parts | NotKept): { readonly key: string; readonly parts: Parts } | NotKept;
  #keyOf(parts: Parts | NotKept): { readonly key: string; readonly parts: Parts } | NotKept {
    return typeof parts === 'string' ? parts : { key: keyOf(this.#signer, parts), parts };
  }

  /** The id of a file's content; none of one that cannot be read: no answer is kept of it, and whoever reads it says why. */
  #idOf(entry: FileEntry): string | undefined {
    return attempt(() => this.#options.index.contentId(entry));
  }

  /** What git's index knows of all files; undefined where each is to be looked up. */
  #listing(): KnownContents | undefined {
    const { content, index } = this.#options;
    if (content === undefined || index.staged !== undefined) return undefined;
    this.#listed ??= index.knownContents(index.entries);
    return this.#listed;
  }

  /** What a version command prints; asked once a scan, whoever names it. */
  #toolVersion(argv: readonly string[], runTool: RunTool): Promise<string | undefined> {
    const name = JSON.stringify(argv);
    const known = this.#tools.get(name);
    if (known !== undefined) return known;
    // A tool that is not there makes the check itself say so; without its version no answer is kept.
    const version = runTool(argv).catch(() => undefined);
    this.#tools.set(name, version);
    return version;
  }

  #prune(): void {
    const { settings, folder } = this.#options;
    this.#project.prune();
    this.#folder.sweep();
    removeForeign(dirname(folder), this.#signer.id, settings.maxAgeMs);
  }
}

/** Removes the folders of other keys in which nothing was written for too long: those of a user who is gone, or that a target brought. */
export function removeForeign(folder: string, own: string | undefined, maxAgeMs: number): void {
  for (const name of namesIn(folder)) {
    if (name === own) continue;
    const files = new CacheFolder(join(folder, name)).list();
    const madeMs = lstatSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const newest = Math.max(madeMs, ...files.map(({ usedMs }) => usedMs));
    if (Date.now() - newest > maxAgeMs) new CacheFolder(folder).remove(name);
  }
}

function fullNotice(what: string, { maxBytes }: CacheSettings): Notice {
  return notice('cache-full', 'info', `${what} do not fit into the cache: raise cache.maxBytes, which is ${maxBytes}.`);
}

function notice(code: string, level: Notice['level'], message: string): Notice {
  return { code, level, message };
}
