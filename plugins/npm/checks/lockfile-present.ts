import { type CheckContext, defineCheck } from 'scanrun';
import { LOCKFILES, OTHER_LOCKFILES } from '../lockfiles/find.js';
import { declaredIn } from '../manifest.js';
import { projectNpmrc } from '../registry/npmrc.js';
import { asText, own, readText } from '../text.js';
import { type WorkspacePackage, workspacePackages } from '../workspaces.js';

/** Every lockfile by the package manager that writes it. */
const MANAGER: Readonly<Record<string, string>> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'npm-shrinkwrap.json': 'npm',
  'package-lock.json': 'npm',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'deno.lock': 'deno',
};

const NAMES = [...LOCKFILES, ...OTHER_LOCKFILES];

const messages = {
  missing: 'There is no lockfile: every installation may get other versions.',
  disabled: '{{file}} turns lockfiles off ({{setting}}): every installation may get other versions.',
  ignored: '{{path}} is ignored by git, so every clone may get other versions.',
  several: '{{paths}} lie beside each other: what is installed depends on who installs.',
  mismatch: '{{path}} is written by {{writer}}, but package.json names {{manager}}.',
  stray: '{{path}} is used by nobody: the packages of a workspace share the lockfile at its root.',
} as const;

type Context = CheckContext<object, keyof typeof messages>;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'There is one lockfile',
    description: 'Without a lockfile nobody knows what was tested, and nobody can install it again.',
    category: 'dependencies',
    tier: 'quick',
    severity: 'warning',
    lane: 'io',
    tags: ['lockfile'],
    when: { files: ['package.json'] },
    messages,
    help: [
      'Let the package manager write it, and commit it:',
      '',
      '```sh',
      'npm install --package-lock-only',
      'git add package-lock.json',
      '```',
      '',
      'Of several lockfiles keep that of the package manager you use, and name it in `packageManager` of package.json. ' +
        'A library that does without on purpose, to test with what its users get, says so with `package-lock=false` in `.npmrc`; ' +
        'that is a note. A project without dependencies needs no lockfile.',
    ].join('\n'),
  },
  async run(context) {
    const packages = await workspacePackages(context);
    const [root, ...workspaces] = packages;
    const listed: string[] = [];
    for await (const { path } of context.files(`**/{${NAMES.join(',')}}`)) listed.push(path);
    const atRoot = listed.filter((path) => !path.includes('/'));
    if (atRoot.length === 0) await reportMissing(context, packages);
    if (new Set(atRoot).size > 1)
      context.report({
        messageId: 'several',
        data: { paths: atRoot.join(' and ') },
        location: { path: atRoot[0] as string },
      });
    reportMismatch(context, root, atRoot);
    for (const { folder } of workspaces) {
      for (const path of listed.filter((item) => NAMES.some((name) => item === `${folder}/${name}`)))
        if (folder !== '') context.report({ messageId: 'stray', data: { path }, location: { path } });
    }
  },
});

async function reportMissing(context: Context, packages: readonly WorkspacePackage[]): Promise<void> {
  if (packages.every(({ manifest }) => declaredIn(manifest).every(({ kind }) => kind === 'peer'))) return;
  for (const path of NAMES) {
    if ((await readText(context, path)) === undefined) continue;
    context.report({ messageId: 'ignored', data: { path }, location: { path: 'package.json' } });
    return;
  }
  const settings = await projectNpmrc(context);
  const setting = ['package-lock', 'lockfile'].find((key) => settings.get(key) === 'false');
  if (setting === undefined) context.report({ messageId: 'missing', location: { path: 'package.json' } });
  else
    context.report({
      messageId: 'disabled',
      data: { file: '.npmrc', setting: `${setting}=false` },
      location: { path: '.npmrc' },
      severity: 'note',
    });
}

function reportMismatch(context: Context, root: WorkspacePackage, atRoot: readonly string[]): void {
  const manager = asText(own(root.manifest.json, 'packageManager'))?.split('@', 1)[0];
  if (manager === undefined || atRoot.length === 0 || atRoot.some((path) => MANAGER[path] === manager)) return;
  if (!Object.values(MANAGER).includes(manager)) return;
  const [path] = atRoot as [string];
  context.report({ messageId: 'mismatch', data: { path, writer: MANAGER[path] ?? '', manager }, location: { path } });
}
