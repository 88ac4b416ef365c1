// Everything that is measured: `npm run bench -- [--runs <n>] [--only <part of a name>] [--json]`. Limits are ratios, so
// that the machine's speed cancels out, but not what else it does meanwhile.

import { executionCases } from './execution.mjs';
import { main } from './measure.mjs';
import { startCases } from './start.mjs';

await main([...startCases, ...executionCases]);
