// The phases of a scan, loaded together when one begins. What imports the library to define a check needs none of them.

export { analyse } from './analyse.js';
export { execute } from './execute/execute.js';
export { Governor } from './execute/governor.js';
export { ScanResources } from './execute/policy/scan-resources.js';
export { makeFailFast } from './fail-fast.js';
export { mayBeAnswered } from './inline-tasks.js';
export { markEarly } from './known.js';
export { prepare } from './prepare.js';
export { openRecord } from './record.js';
export { loadAhead, runReporters } from './report/run-reporters.js';
export { executeListener } from './scan-listener.js';
export { openHistory } from './telemetry/history-file.js';
