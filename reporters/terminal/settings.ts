import type { Finding } from 'scanrun';
import type { Style } from './style.js';

/** What the parts of the report need to know besides the result. */
export interface Settings {
  readonly maxFindings: number;
  readonly maxPerCheck: number;
  readonly codeFrames: boolean;
  readonly columns: number;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
  readonly style: Style;
}

/** The settings with what the result says of its findings. */
export interface FindingSettings extends Settings {
  readonly isNew: (finding: Finding) => boolean;
}
