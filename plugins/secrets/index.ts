import { definePlugin } from 'scanrun';
import credentials from './checks/credentials.js';
import privateKeys from './checks/private-keys.js';

/** Checks that no secret lies in the files: tokens and passwords, and private keys. */
export default definePlugin({ name: 'secrets', checks: { credentials, 'private-keys': privateKeys } });
