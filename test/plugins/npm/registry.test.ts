import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import registry from '../../../plugins/npm/checks/registry.js';
import { DEFAULT_REGISTRY, registryAccess } from '../../../plugins/npm/registry/access.js';
import { fromRegistry } from '../../../plugins/npm/registry/answers.js';
import { whyNoAnswer } from '../../../plugins/npm/registry/client.js';
import { json, locked, npmProject, reader, UNLOCKED } from './locked.js';
import { send, startRegistry, withoutNpmSettings } from './registry-server.js';

withoutNpmSettings();

const packument = (versions: Record<string, object>, latest: string) => ({ 'dist-tags': { latest }, versions });

const PACKAGES = {
  known: packument({ '1.0.0': { deprecated: 'Use another.' }, '1.2.0': {}, '2.0.0': {} }, '2.0.0'),
  'known-too': packument({ '1.0.0': {} }, '1.0.0'),
};

async function project(
  npmrc: string,
  dependencies: Record<string, string>,
  packages: Parameters<typeof npmProject>[1] = {},
) {
  const files = { ...npmProject({ name: 'app', dependencies }, packages), '.npmrc': npmrc };
  return { files, needs: await locked(files) };
}

describe('the check', () => {
  it('asks for direct dependencies, and reports names that nobody has taken', async () => {
    const { npmrc, asked, host } = await startRegistry({ packages: PACKAGES });
    await testCheck(registry, {
      passes: [
        {
          name: 'all known',
          ...(await project(
            npmrc,
            { known: '^1.0.0', alias: 'npm:known-too@1' },
            { 'node_modules/known': { version: '1.0.0' } },
          )),
        },
        {
          name: 'nothing to ask',
          ...(await project(npmrc, { l: 'file:./l', g: 'github:a/b', u: 'https://x.example/y.tgz' })),
        },
        {
          name: 'no lockfile',
          files: { 'package.json': json({ dependencies: { known: '^1.0.0' } }), '.npmrc': npmrc },
          needs: UNLOCKED,
        },
        {
          name: 'packages of the project itself',
          files: {
            'package.json': json({ name: 'root', workspaces: ['p'], dependencies: { mine: '1' } }),
            'p/package.json': json({ name: 'mine' }),
            '.npmrc': npmrc,
          },
          needs: UNLOCKED,
        },
      ],
      fails: [
        {
          name: 'one that is free for everyone',
          ...(await project(npmrc, { known: '1', '@corp/internal': '^1.0.0' })),
          findings: [
            {
              messageId: 'unknown',
              path: 'package.json',
              startLine: 5,
              severity: 'error',
              message: `${host} does not know @corp/internal, so whoever takes the name decides what is installed.`,
            },
          ],
        },
      ],
    });
    expect(new Set(asked.map(({ path }) => path))).toEqual(new Set(['/known', '/known-too', '/@corp%2finternal']));
  });

  it.each([
    ['refuses', 403, {}],
    ['is ill', 500, 'oops'],
    ['answers with a page', 200, '<html>'],
  ])('is degraded where the registry %s', async (_, status, body) => {
    const { npmrc } = await startRegistry({ instead: (_asked, response) => send(response, status, body) });
    await testCheck(registry, {
      passes: [{ ...(await project(npmrc, { known: '1' })), outcome: 'degraded' }],
      fails: [],
    });
  });

  it('asks a registry that breaks the connection once, not once a package', async () => {
    const { npmrc, asked } = await startRegistry({ instead: (_, response) => response.destroy() });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`p${index}`, '1']));
    await testCheck(registry, { passes: [{ ...(await project(npmrc, many)), outcome: 'degraded' }], fails: [] });
    // Three runs of the check, one request each.
    expect(asked).toHaveLength(3);
  });

  it('asks for the version of each other package where the lockfile of Yarn does not say', async () => {
    const { npmrc, asked } = await startRegistry({
      packages: { ...PACKAGES, deep: packument({ '3.0.0': { deprecated: true } }, '3.0.0') },
    });
    const files = {
      'package.json': json({ name: 'app', dependencies: { known: '^1.0.0' } }),
      'yarn.lock':
        '# yarn lockfile v1\nknown@^1.0.0:\n  version "1.2.0"\n  dependencies:\n    deep "^3.0.0"\ndeep@^3.0.0:\n  version "3.0.0"\n',
      '.npmrc': npmrc,
    };
    await testCheck(registry, { passes: [{ files, needs: await locked(files) }], fails: [] });
    expect(asked.map(({ path }) => path)).toContain('/deep/3.0.0');
  });
});

describe('a registry that does not answer', () => {
  it.each([
    ['EAI_AGAIN', 'EAI_AGAIN: is there a network?'],
    ['ENOTFOUND', 'ENOTFOUND: is there a network?'],
    ['ETIMEDOUT', 'ETIMEDOUT'],
    ['ECONNREFUSED', 'ECONNREFUSED'],
  ])('is told of by its code, %s', (code, why) => {
    expect(whyNoAnswer(Object.assign(new Error('x'), { code }))).toBe(why);
  });

  it('is told of by the message of an error without a code', () => {
    expect(whyNoAnswer(new Error('It broke.'))).toBe('It broke.');
  });
});

describe('what comes from a registry', () => {
  it.each([
    ['^1.0.0', 'x@^1.0.0'],
    ['latest', 'x@latest'],
    ['', 'x@*'],
    ['npm:y@^2', 'y@^2'],
    ['npm:@s/y', '@s/y@*'],
    ['npm:^1.0.0', 'x@^1.0.0'],
    ['file:../x', undefined],
    ['workspace:*', undefined],
    ['catalog:', undefined],
    ['git+ssh://git@github.com/a/b.git', undefined],
    ['a/b', undefined],
    ['https://x.example/y.tgz', undefined],
    ['patch:x@npm%3A1#./p', undefined],
  ])('%s is %s', (spec, expected) => {
    const found = fromRegistry({ name: 'x', spec, kind: 'prod' });
    expect(found === undefined ? undefined : `${found.name}@${found.spec}`).toBe(expected);
  });
});

describe('access to registries', () => {
  const masked: string[] = [];
  const access = async (files: Record<string, string>, environment: Record<string, string> = {}, own = true) => {
    masked.length = 0;
    const target = { kind: 'directory' as const, name: 'x', root: '/x', ...(own ? { own: true as const } : {}) };
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const context = { ...reader(files), target, log, redact: (value: string) => masked.push(value) };
    const nowhere = { npm_config_userconfig: '/nonexistent/a', npm_config_globalconfig: '/nonexistent/b' };
    return registryAccess(context, { ...nowhere, ...environment });
  };

  it('is that of npm where nobody says anything', async () => {
    expect((await access({}))('lodash')).toEqual({ url: DEFAULT_REGISTRY, headers: {} });
  });

  it('follows scopes, and takes the token of the longest beginning', async () => {
    const of = await access({
      '.npmrc': [
        'registry = https://npm.example.com/main',
        '@corp:registry=https://npm.example.com/corp/',
        '//npm.example.com/:_authToken=outer',
        '//npm.example.com/corp/:_authToken=inner',
      ].join('\n'),
    });
    expect(of('lodash')).toEqual({ url: 'https://npm.example.com/main/', headers: { authorization: 'Bearer outer' } });
    expect(of('@corp/x')).toEqual({ url: 'https://npm.example.com/corp/', headers: { authorization: 'Bearer inner' } });
    expect(of('@other/x').url).toBe('https://npm.example.com/main/');
    expect(masked).toEqual(['outer', 'inner']);
  });

  it('fills variables in, with defaults', async () => {
    const npmrc =
      'registry=https://${HOST:-none.example}/\n//a.example/:_authToken=${TOKEN}\n//none.example/:_authToken=${GONE-fallback}\n';
    expect((await access({ '.npmrc': npmrc }, { HOST: 'a.example', TOKEN: 'secret-1' }))('x')).toEqual({
      url: 'https://a.example/',
      headers: { authorization: 'Bearer secret-1' },
    });
    expect((await access({ '.npmrc': npmrc }, { HOST: '' }))('x').headers).toEqual({
      authorization: 'Bearer fallback',
    });
    expect((await access({ '.npmrc': '//registry.npmjs.org/:_authToken=${GONE}\n' }))('x').headers).toEqual({
      authorization: 'Bearer ${GONE}',
    });
    expect((await access({ '.npmrc': '//registry.npmjs.org/:_authToken=${GONE?}\n' }))('x').headers).toEqual({});
  });

  it('knows passwords, also in the URL, and masks what they are made of', async () => {
    const password = Buffer.from('hunter2').toString('base64');
    const of = await access({
      '.npmrc': `//registry.npmjs.org/:username=me\n//registry.npmjs.org/:_password=${password}\n`,
    });
    const basic = Buffer.from('me:hunter2').toString('base64');
    expect(of('x').headers).toEqual({ authorization: `Basic ${basic}` });
    expect(masked).toEqual([basic, 'hunter2']);
    expect((await access({ '.npmrc': `//registry.npmjs.org/:_auth=${basic}\n` }))('x').headers).toEqual({
      authorization: `Basic ${basic}`,
    });
    expect((await access({ '.npmrc': 'registry=https://me:hunter2@r.example/npm?x#y\n' }))('x')).toEqual({
      url: 'https://r.example/npm/',
      headers: { authorization: `Basic ${basic}` },
    });
  });

  it('prefers the environment, then the project, then the user', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scanrun-npmrc-'));
    const user = join(folder, 'npmrc');
    writeFileSync(
      user,
      'registry=https://user.example/\n//user.example/:_authToken=user-token\n@u:registry=https://u.example/\n',
    );
    try {
      const of = await access({ '.npmrc': 'registry=https://project.example/\n' }, { npm_config_userconfig: user });
      expect(of('x').url).toBe('https://project.example/');
      expect(of('@u/x').url).toBe('https://u.example/');
      const foreign = await access(
        { '.npmrc': 'registry=https://project.example/\n' },
        { npm_config_userconfig: user },
        false,
      );
      expect(foreign('x')).toEqual({ url: 'https://user.example/', headers: { authorization: 'Bearer user-token' } });
      const set = await access(
        { '.npmrc': 'registry=https://project.example/\n' },
        { NPM_CONFIG_REGISTRY: 'https://env.example', npm_config_userconfig: user },
      );
      expect(set('x').url).toBe('https://env.example/');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('reads .yarnrc.yml', async () => {
    const of = await access(
      {
        '.yarnrc.yml':
          'npmRegistryServer: "https://y.example"\nnpmAuthToken: "${T}"\nnpmScopes:\n  corp:\n    npmRegistryServer: https://c.example/npm\n    npmAuthToken: plain\n',
      },
      { T: 'from-env' },
    );
    expect(of('x')).toEqual({ url: 'https://y.example/', headers: { authorization: 'Bearer from-env' } });
    expect(of('@corp/x')).toEqual({ url: 'https://c.example/npm/', headers: { authorization: 'Bearer plain' } });
  });

  it.each(['file:///etc/passwd', 'not a url', 'javascript:alert(1)', '${GONE}'])('does not follow %s', async (url) => {
    expect((await access({ '.npmrc': `registry=${url}\n` }))('x').url).toBe(DEFAULT_REGISTRY);
  });

  it('survives sections and lists', async () => {
    expect((await access({ '.npmrc': '[registry]\na=b\nregistry[]=x\n__proto__=y\n=\n' }))('x').url).toBe(
      DEFAULT_REGISTRY,
    );
  });
});
