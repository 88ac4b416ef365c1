import type { CheckKey } from '../cache/merge-table.js';
import type { PartChange } from '../cache/parts.js';
import type { ProjectAnswers } from '../cache/project-answers.js';
import type { CheckInputs } from '../check/define.js';
import type { Finding } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';
import type { TargetPackage } from '../model/package.js';
import type { Measurement } from '../model/result.js';
import type { StoredEntry } from '../model/target.js';
import { isAsListed } from './as-listed.js';
import { type Access, DeclaredInputs, type Undeclared } from './declared-inputs.js';
import {
  type FindingOrigin,
  type FindingOwner,
  keepFinding,
  type RestoredFinding,
  restoreFinding,
} from './kept-finding.js';

/** What a project check had said. */
export interface ProjectAnswer {
  readonly findings: readonly RestoredFinding[];
  readonly measurements: readonly Measurement[];
  readonly data?: JsonValue;
}

/** What a project check says now, in an outcome that is conclusive. */
export interface NewProjectAnswer {
  /** Its findings, each with the severity that the report gave. */
  readonly findings: readonly (FindingOrigin & { readonly finding: Finding })[];
  readonly measurements: readonly Measurement[];
  readonly data?: JsonValue | undefined;
}

/** What a question is about. */
export interface QuestionSubject {
  readonly key: CheckKey;
  readonly owner: FindingOwner;
  readonly inputs: CheckInputs;
  /** The package that the check looks at. */
  readonly package?: TargetPackage | undefined;
  /** The target's root. */
  readonly root: string;
  /** The declared files as they are in the index. */
  readonly files: readonly StoredEntry[];
}

/** One project check with everything that it depends on: what it said then, and what it may ask now. */
export class ProjectQuestion {
  readonly #subject: QuestionSubject;
  readonly #answers: ProjectAnswers;
  readonly #declared: DeclaredInputs;
  readonly #undeclared = new Map<string, Undeclared>();

  constructor(subject: QuestionSubject, answers: ProjectAnswers) {
    this.#subject = subject;
    this.#declared = new DeclaredInputs(subject);
    this.#answers = answers;
  }

  /** What it said when everything was as it is now; undefined when that is not known. */
  answer(): ProjectAnswer | undefined {
    const kept = this.#answers.lookup(this.#subject.key);
    if (kept === undefined) return undefined;
    return { ...kept, findings: kept.findings.map((finding) => restoreFinding(finding, this.#subject.owner)) };
  }

  /** What the check asks for and does not declare; undefined for what it may know. From then on its answer is not kept. */
  access(access: Access): (Undeclared & { readonly isFirst: boolean }) | undefined {
    const undeclared = this.#declared.undeclared(access);
    if (undeclared === undefined) return undefined;
    const isFirst = !this.#undeclared.has(undeclared.what);
    this.#undeclared.set(undeclared.what, undeclared);
    return { ...undeclared, isFirst };
  }

  /** What the check asked for and does not declare. */
  get undeclared(): readonly Undeclared[] {
    return [...this.#undeclared.values()];
  }

  /**
   * Keeps what it said, for the end of the scan to write; not where it learned more than it declared, nor where a
   * declared file changed while it ran.
   */
  keep({ findings, measurements, data }: NewProjectAnswer): void {
    if (this.#undeclared.size > 0 || !this.#isUnchanged()) return;
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
    return files.every((entry) => isAsListed(root, entry));
  }
}
