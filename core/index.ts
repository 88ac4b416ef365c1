// The public API. Everything a check, a reporter, a plugin, a configuration or a host program needs, and nothing else.

export type {
  CheckContext,
  ExecOptions,
  ExecResult,
  FetchOptions,
  FetchResult,
  Log,
  Report,
  VisitedFile,
} from './check/context.js';
export type {
  AnyCheck,
  Check,
  CheckDefinition,
  CheckInputs,
  CheckMeta,
  ContextOf,
  InstanceMeta,
  Messages,
  Needs,
  OptionSchemas,
  OptionsInput,
  OptionsOf,
  Reads,
} from './check/define.js';
export { defineCheck } from './check/define.js';
export { languageOf } from './check/language.js';
export type { Plugin, PluginDefinition } from './check/plugin.js';
export { definePlugin } from './check/plugin.js';
export type { Rendered, Reporter, ReporterContext, ReporterDefinition, ReporterUse } from './check/reporter.js';
export { defineReporter, use } from './check/reporter.js';
export { commandOf, findTool, importTool, requireTool, type Tool, type ToolWanted } from './check/tool.js';
export type {
  BackoffSettings,
  BreakerSettings,
  CacheOptions,
  CheckEntry,
  CheckSettings,
  Config,
  ConfigInput,
  GateSettings,
  GovernorSettings,
  RateLimitSettings,
  ResourceSettings,
  TierSettings,
} from './config/define.js';
export { defineConfig } from './config/define.js';
export { type PackageFacts, type RepositoryFacts, repositoryFacts } from './config/facts.js';
export type { Overrides } from './config/overrides.js';
export {
  type Recommendation,
  type RecommendedChecks,
  type RecommendedPlugin,
  recommend,
  recommended,
} from './config/recommended.js';
export { ERRORS, type ErrorCode, type Problem, ScanError } from './errors.js';
export type { AsyncHookName, HookArguments, ScanHooks, SyncHookName } from './hooks.js';
export type { Assessment } from './model/assessment.js';
export type { ComparedWith, Comparison, KnownFinding } from './model/comparison.js';
export { type Duration, formatDuration } from './model/duration.js';
export type { LogLevel, ScanEvent } from './model/event.js';
export {
  baseFingerprint,
  compareFindings,
  compareText,
  type Finding,
  type Location,
  type Snippet,
  type Suppression,
} from './model/finding.js';
export type { JsonObject, JsonValue } from './model/json.js';
export { OUTCOME_ORDER, type Outcome, type OutcomeStatus, type Reason, type ReasonCode } from './model/outcome.js';
export type { ConcurrencyChange, MachineState, PressureKind, TimedConcurrencyChange } from './model/pressure.js';
export type { BreakerState } from './model/resource.js';
export type {
  CheckInfo,
  CheckPart,
  CheckResult,
  Measurement,
  Notice,
  ReportedFile,
  ResourceRecord,
  ResourceTransition,
  RunResult,
  TaskAttempt,
  TaskRecord,
  TaskTiming,
} from './model/result.js';
export type { Machine, MergedRun, RunInfo } from './model/run.js';
export { SEVERITIES, type Severity } from './model/severity.js';
export type { FileEntry, Target } from './model/target.js';
export type { Lane, NotPlanned, Plan, Task, TaskCheck } from './model/task.js';
export type {
  BudgetUse,
  CategoryTime,
  CheckTime,
  CriticalPath,
  Flakiness,
  HookTime,
  Outlier,
  OutlierCause,
  QueueWait,
  ResourceUse,
  Statistics,
  TrendRun,
  Utilisation,
  WorkerTime,
} from './model/telemetry.js';
export { formatBytes, formatCount, plural, sparkLine } from './model/text.js';
export { TIERS, type TierLimits, type TierName } from './model/tier.js';
export type { Gate, Verdict, VerdictReason } from './model/verdict.js';
export type { ReportTo } from './report/run-reporters.js';
export { createRuntime, type Runtime, type RuntimeOptions } from './runtime.js';
export { type ScanHandle, type ScanOptions, scan } from './scan.js';
