import { readFileSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { codeOf } from '../errors.js';
import type { Target } from '../model/target.js';

/** A repository's configuration is a few lines; what is larger is something else. */
const MAX_BYTES = 1_048_576;

/** What a target is told of the repository around it. Read from git's own files: asking git would cost each start a process. */
export function repositoryOf(repository: string, root: string): Pick<Target, 'repositoryUrl' | 'repositoryPath'> {
  const repositoryUrl = originUrl(repository);
  const repositoryPath = relative(repository, root).split(sep).join('/');
  return {
    ...(repositoryUrl === undefined ? {} : { repositoryUrl }),
    ...(repositoryPath === '' ? {} : { repositoryPath }),
  };
}

/** The address of the remote `origin` as people open it; undefined where there is none. */
function originUrl(repository: string): string | undefined {
  const folder = gitFolder(repository);
  const config = folder === undefined ? undefined : readSmall(join(folder, 'config'));
  if (config === undefined) return undefined;
  let inOrigin = false;
  for (const line of config.split('\n')) {
    if (/^\s*\[/.test(line)) inOrigin = /^\s*\[\s*remote\s+"origin"\s*\]/i.test(line);
    const url = inOrigin ? /^\s*url\s*=\s*"?([^"\s]+)/i.exec(line)?.[1] : undefined;
    if (url !== undefined) return webUrl(url);
  }
  return undefined;
}

/** The folder of the repository's own configuration; a work tree and a submodule have a file that names it. */
function gitFolder(repository: string): string | undefined {
  const path = join(repository, '.git');
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  const named = /^gitdir: (.+)$/m.exec(readSmall(path) ?? '')?.[1];
  if (named === undefined) return undefined;
  const folder = resolve(repository, named.trim());
  const shared = readSmall(join(folder, 'commondir'));
  return shared === undefined ? folder : resolve(folder, shared.trim());
}

/** A small file's text; undefined for what is none: a repository may be hostile, and a pipe would never end. */
function readSmall(path: string): string | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats?.isFile() && stats.size <= MAX_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch (error) {
    // Where a repository lives is good to know, and no reason not to scan it.
    if (codeOf(error) !== undefined) return undefined;
    throw error;
  }
}

/**
 * The address of a repository as a browser opens it: `git@host:a/b.git` and `ssh://git@host/a/b` become
 * `https://host/a/b`. Undefined for folders and what is no address. Credentials are dropped.
 */
export function webUrl(remote: string): string | undefined {
  const [, host, path] = /^(?:[^@/\s]+@)?([\w.-]{2,}):(?!:|\/\/)\/?(\S+)$/.exec(remote) ?? [];
  const text = host === undefined ? remote : `ssh://${host}/${path}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  if (!isWeb && !/^(git\+)?(ssh|git):$/.test(url.protocol)) return undefined;
  // The port of ssh is not that of the pages.
  const authority = isWeb ? url.host : url.hostname;
  const pathname = url.pathname.replace(/\/+$/, '').replace(/\.git$/, '');
  return authority === '' ? undefined : `${isWeb ? url.protocol : 'https:'}//${authority}${pathname}`;
}
