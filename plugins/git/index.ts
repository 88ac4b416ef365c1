import { definePlugin } from 'scanrun';
import authors from './checks/authors.js';
import changelogVersion from './checks/changelog-version.js';
import cleanTree from './checks/clean-tree.js';
import commitSize from './checks/commit-size.js';
import historySize from './checks/history-size.js';
import identicalFiles from './checks/identical-files.js';
import signedCommits from './checks/signed-commits.js';
import versionTag from './checks/version-tag.js';

/** Checks of what git knows: whether a commit can be released, and what its history holds. */
export default definePlugin({
  name: 'git',
  checks: {
    authors,
    'changelog-version': changelogVersion,
    'clean-tree': cleanTree,
    'commit-size': commitSize,
    'history-size': historySize,
    'identical-files': identicalFiles,
    'signed-commits': signedCommits,
    'version-tag': versionTag,
  },
});
