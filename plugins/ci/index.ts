import { definePlugin } from 'scanrun';
import actionlint from './checks/actionlint.js';
import dangerousTriggers from './checks/dangerous-triggers.js';
import dockerfileBaseImage from './checks/dockerfile-base-image.js';
import dockerfileSecrets from './checks/dockerfile-secrets.js';
import dockerfileUser from './checks/dockerfile-user.js';
import pinnedActions from './checks/pinned-actions.js';
import scriptInjection from './checks/script-injection.js';
import tokenPermissions from './checks/token-permissions.js';
import workflowSyntax from './checks/workflow-syntax.js';

/** Checks of what builds and ships: workflows of GitHub Actions, and Dockerfiles. */
export default definePlugin({
  name: 'ci',
  checks: {
    actionlint,
    'dangerous-triggers': dangerousTriggers,
    'dockerfile-base-image': dockerfileBaseImage,
    'dockerfile-secrets': dockerfileSecrets,
    'dockerfile-user': dockerfileUser,
    'pinned-actions': pinnedActions,
    'script-injection': scriptInjection,
    'token-permissions': tokenPermissions,
    'workflow-syntax': workflowSyntax,
  },
});
