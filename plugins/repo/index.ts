import { definePlugin } from 'scanrun';
import brokenSymlinks from './checks/broken-symlinks.js';
import ignoredButTracked from './checks/ignored-but-tracked.js';
import maxFileSize from './checks/max-file-size.js';
import mergeConflictMarkers from './checks/merge-conflict-markers.js';
import pathCaseConflicts from './checks/path-case-conflicts.js';
import requiredFiles from './checks/required-files.js';
import windowsNames from './checks/windows-names.js';

/** Checks of what every repository has: files, names, links and what git makes of them. */
export default definePlugin({
  name: 'repo',
  checks: {
    'broken-symlinks': brokenSymlinks,
    'ignored-but-tracked': ignoredButTracked,
    'max-file-size': maxFileSize,
    'merge-conflict-markers': mergeConflictMarkers,
    'path-case-conflicts': pathCaseConflicts,
    'required-files': requiredFiles,
    'windows-names': windowsNames,
  },
});
