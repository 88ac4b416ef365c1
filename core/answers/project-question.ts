import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../cache/folder.js';
import type { CheckKey } from '../cache/merge-table.js';
import type { PartChange } from '../cache/parts.js';
import type { ProjectAnswers } from '../cache/project-answers.js';
import type { CheckInputs } from '../check/define.js';
import type { Finding } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';
import type { Measurement } from '../model/result.js';
import type { FileEntry } from '../model/target.js';
import { type Access, type Undeclared, undeclaredInput } from './declared-inputs.js';
import { type FindingOrigin, type FindingOwner, keepFinding, restoreFinding } from './kept-finding.js';

/** What a project check had said. */
export interface ProjectAnswer {
  readonly findings: readonly Finding[];
  readonly measurements: readonly Measurement[];
  readonly data?: JsonValue;
}

/** What a project check says now, in an outcome that is conclusive. */
export interface NewProjectAnswer {
  /** Its findings, each with the severity that the report gave. */
  readonly findings: readonly (Pick<FindingOrigin, 'severity'> & { readonly finding: Finding })[];
  readonly measurements: readonly Measurement[];
  readonly data?: JsonValue | undefined;
}

/** What a question is about. */
export interface QuestionSubject {
  readonly key: CheckKey;
  readonly owner: FindingOwner;
  readonly inputs: CheckInputs;
  /** The target's root. */
  readonly root: string;
  /** The declared files as they are in the index. */
  readonly files: readonly FileEntry[];
}

/** One project check with everything that it depends on: what it said then, and what it may ask now. */
export class ProjectQuestion {
  readonly #subject: QuestionSubject;
  readonly #answers: ProjectAnswers;
  readonly #undeclared = new Map<string, Undeclared>();

  constructor(subject: QuestionSubject, answers: ProjectAnswers) {
    this.#subject = subject;
    this.#answers = answers;
  }

  /** What it said when everything was as it is now; undefined when that is not known. */
  answer(): ProjectAnswer | undefined {
    const kept = this.#answers.lookup(this.#subject.key);
    if (kept === undefined) return undefined;
    return { ...kept, findings: kept.findings.map((finding) => restoreFinding(finding, this.#subject.owner)) };
  }

  /**
   * What the check has just learned and not declared; undefined for what it may know, or has been told of before. From then
   * on its answer is not kept.
   */
  access(access: Access): Undeclared | undefined {
    const undeclared = undeclaredInput(this.#subject.inputs, access);
    if (undeclared === undefined || this.#undeclared.has(undeclared.what)) return undefined;
    this.#undeclared.set(undeclared.what, undeclared);
    return undeclared;
  }

  /** True when the check learned nothing but what it declared. */
  get isDeclared(): boolean {
    return this.#undeclared.size === 0;
  }

  /**
   * Keeps what it said, for the end of the scan to write; not where it learned more than it declared, nor where a
   * declared file changed while it ran.
   */
  keep({ findings, measurements, data }: NewProjectAnswer): void {
    if (!this.isDeclared || !this.#isUnchanged()) return;
    this.#answers.keep(this.#subject.key, {
      findings: findings.map(({ finding, severity }) => keepFinding(finding, { severity })),
      measurements,
      ...(data === undefined ? {} : { data }),
    });
  }

  /** What is different since it last answered; empty where nothing is, undefined where it never did. */
  changes(): readonly PartChange[] | undefined {
    return this.#answers.changesOf(this.#subject.key);
  }

  #isUnchanged(): boolean {
    const { root, files } = this.#subject;
    return files.every(({ path, sizeBytes, modifiedMs, type }) => {
      if (type === 'submodule') return true;
      const stats = attempt(() => lstatSync(join(root, path)));
      return stats?.size === sizeBytes && stats.mtimeMs === modifiedMs;
    });
  }
}
