import { type Assessment, type CheckResult, compareText } from 'scanrun';
import { clip, visibleLines } from '../visible.js';
import { codeSpans, type Inline } from './markdown.js';
import { MESSAGE_LIMIT, nameText, number, titleText } from './text.js';

/** A remedy that takes this much work at most, of 5, and matters this much at least, of 10, is a quick win (S0.11). */
const [QUICK_EFFORT, QUICK_IMPACT] = [2, 6];

/** Quick wins listed at most; the table of checks has all. */
const MAX_WINS = 10;

/** What a check says of how much its findings matter. */
export interface AssessmentView {
  readonly score: string;
  /** The same as a number, to sort by. */
  readonly scoreValue: number;
  readonly impact: string;
  readonly confidence: string;
  readonly effort: string;
  readonly priority?: string;
  readonly quickWin: boolean;
  readonly evidence?: readonly Inline[];
  readonly recommendation?: readonly Inline[];
}

/** What to do first: much gained for little work. */
export interface QuickWin {
  readonly row: number;
  readonly checkId: string;
  readonly title: string;
  readonly assessment: AssessmentView;
}

/** `impact x confidence / (effort + 1)`: what a remedy gains for its work. */
function scoreOf({ impact, confidence, effort }: Assessment): number {
  return (impact * confidence) / (effort + 1);
}

/** The assessment of a check for a page; a quick win only where there is something to be won. Undefined where it gives none. */
export function assessmentView({ assessment, findings }: CheckResult): AssessmentView | undefined {
  // A later version may say it otherwise.
  if (!isComplete(assessment)) return undefined;
  const { impact, confidence, effort, priority, evidence, recommendation } = assessment;
  const score = scoreOf(assessment);
  const text = (value: string): readonly Inline[] => codeSpans(clip(visibleLines(value), MESSAGE_LIMIT));
  return {
    score: score.toFixed(1),
    scoreValue: score,
    impact: `${number(impact)} of 10`,
    confidence: `${number(Math.round(confidence * 100))} %`,
    effort: `${number(effort)} of 5`,
    ...(priority === undefined ? {} : { priority: number(priority) }),
    quickWin: effort <= QUICK_EFFORT && impact >= QUICK_IMPACT && findings.some((finding) => !finding.suppressedBy),
    ...(evidence === undefined ? {} : { evidence: text(evidence) }),
    ...(recommendation === undefined ? {} : { recommendation: text(recommendation) }),
  };
}

function isComplete(assessment: Assessment | undefined): assessment is Assessment {
  if (assessment === undefined) return false;
  return [assessment.impact, assessment.confidence, assessment.effort].every((each) => Number.isFinite(each));
}

/** The quick wins, the greatest score first. */
export function quickWins(rows: ReadonlyMap<CheckResult, number>): QuickWin[] {
  return [...rows]
    .flatMap(([check, row]) => {
      const assessment = assessmentView(check);
      return assessment?.quickWin ? [{ row, check, assessment }] : [];
    })
    .sort((a, b) => b.assessment.scoreValue - a.assessment.scoreValue || compareText(a.check.checkId, b.check.checkId))
    .slice(0, MAX_WINS)
    .map(({ row, check, assessment }) => ({
      row,
      checkId: nameText(check.checkId),
      title: titleText(check),
      assessment,
    }));
}
