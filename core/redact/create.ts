import type { JsonValue } from '../model/json.js';
import { Redactor } from '../redact.js';
import { secretValues } from './named.js';

/** What is known to be secret before a scan begins. */
export interface KnownSecrets {
  /** Regular expressions of the user. */
  readonly patterns: readonly string[];
  /** True shows home directories as `~`. */
  readonly home: boolean;
  /** Settings: values whose names say that they are secret are masked wherever they turn up. */
  readonly settings: readonly (JsonValue | undefined)[];
  /** The environment, for the same; checks and commands may print it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Makes the redactor of a scan. */
export function createRedactor({ patterns, home, settings, environment }: KnownSecrets): Redactor {
  const set = Object.entries(environment).filter(([, value]) => value !== undefined) as [string, string][];
  const known = [...settings, Object.fromEntries(set)].flatMap((each) => secretValues(each));
  return new Redactor(patterns, [...new Set(known)], home ? homePattern(environment) : undefined);
}

/** The user's own home, and where others lie on Linux, macOS and Windows. */
function homePattern({ HOME, USERPROFILE }: KnownSecrets['environment']): RegExp {
  const own = [HOME, USERPROFILE].filter((path) => path !== undefined && path.length > 3) as string[];
  const escaped = own.map((path) => path.replace(/[\\/]+$/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const usual = [
    '/(?:home|Users)/[^/\\s\'":,;)]+',
    '/root(?![\\w.-])',
    '[A-Za-z]:(?:\\\\{1,2}|/)Users(?:\\\\{1,2}|/)[^/\\\\\\s\'":,;)]+',
  ];
  return new RegExp(`(?<![\\w.~-])(?:${[...escaped.map((path) => `${path}(?![\\w-])`), ...usual].join('|')})`, 'g');
}
