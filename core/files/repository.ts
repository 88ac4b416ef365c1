import { join, relative, sep } from 'node:path';
import type { Target } from '../model/target.js';
import type { WorkTree } from './git.js';
import { commonDirOf, smallText } from './git-files.js';

/** A repository's configuration is a few lines; what is larger is something else. */
const CONFIG_BYTES = 1_048_576;

/** What a target is told of the repository around it. Read from git's own files: asking git would cost each start a process. */
export function repositoryOf(
  tree: Pick<WorkTree, 'top' | 'gitDir'>,
  root: string,
): Pick<Target, 'repositoryUrl' | 'repositoryPath'> {
  const repositoryUrl = originUrl(smallText(join(commonDirOf(tree.gitDir), 'config'), CONFIG_BYTES));
  const repositoryPath = relative(tree.top, root).split(sep).join('/');
  return {
    ...(repositoryUrl === undefined ? {} : { repositoryUrl }),
    ...(repositoryPath === '' ? {} : { repositoryPath }),
  };
}

/** The address of the remote `origin` in a configuration of git, as people open it; undefined where there is none. */
function originUrl(config: string): string | undefined {
  let inOrigin = false;
  for (const line of config.split('\n')) {
    if (/^\s*\[/.test(line)) inOrigin = /^\s*\[\s*remote\s+"origin"\s*\]/i.test(line);
    const url = inOrigin ? /^\s*url\s*=\s*"?([^"\s]+)/i.exec(line)?.[1] : undefined;
    if (url !== undefined) return webUrl(url);
  }
  return undefined;
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
