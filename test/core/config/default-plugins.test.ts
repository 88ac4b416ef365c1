import { describe, expect, it } from 'vitest';
import { configure, pluginFiles, project } from './project.js';

describe('without configuration', () => {
  it('runs what suits the target and says so', async () => {
    const config = await configure(project());
    expect(config.plugins.map(({ name }) => name)).toEqual(['repo', 'secrets']);
    expect(config.checks.get('repo/max-file-size')).toMatchObject({ enabled: true, named: false });
    expect(config.origins.get('plugins')).toBe('default');
    expect(config.file).toBeUndefined();
    expect(config.notices).toEqual([
      {
        code: 'default-config',
        level: 'info',
        message:
          'No configuration found, so what suits this repository runs: repo and secrets (always). `npx scanrun init` writes a configuration to choose from.',
      },
    ]);
  });

  it('takes settings from the facts of the target, as values of the layer default', async () => {
    const root = project({ 'package.json': { name: 'a', version: '1.0.0', private: true }, 'README.md': '# a' });
    const config = await configure(root);
    expect(config.plugins.map(({ name }) => name)).toEqual(['repo', 'secrets', 'npm', 'code', 'docs']);
    expect(config.checks.get('npm/vulnerabilities')).toMatchObject({ optional: true, named: false });
    expect(config.checks.get('npm/manifest')).toMatchObject({ enabled: false, offBy: 'default', named: false });
    expect(config.origins.get("checks['npm/vulnerabilities'].optional")).toBe('default');
    expect(config.notices[0]?.message).toContain('npm and code (package.json), docs (README.md)');
  });

  it('runs it too where the configuration lists no plugins, and lets it win, but not where it lists an empty list', async () => {
    const files = { 'package.json': { name: 'a', version: '1.0.0' } };
    const checks = { 'npm/vulnerabilities': { optional: false }, 'npm/licences': 'warning' };
    const config = await configure(project({ ...files, 'scan.config.json': { tier: 'quick', checks } }));
    expect(config.plugins.map(({ name }) => name)).toEqual(['repo', 'secrets', 'npm', 'code']);
    expect(config.notices[0]?.message).toMatch(
      /^The configuration lists no plugins, so what suits this repository runs:/,
    );
    expect(config.checks.get('npm/vulnerabilities')).toMatchObject({ optional: false, named: true });
    expect(config.checks.get('npm/licences')).toMatchObject({ optional: true, severity: 'warning' });
    const none = await configure(project({ ...files, 'scan.config.json': { plugins: [] } }));
    expect([none.checks.size, none.notices]).toEqual([0, []]);
  });

  it('is a preset where a configuration extends it', async () => {
    const root = project({
      'package.json': { name: 'a', version: '1.0.0' },
      'scan.config.ts': `import { defineConfig, recommended, repositoryFacts } from 'scanrun';
export default defineConfig({
  extends: [recommended(repositoryFacts(import.meta.url))],
  checks: { 'secrets/credentials': 'warning' },
});
`,
    });
    const config = await configure(root);
    expect(config.plugins.map(({ name }) => name)).toEqual(['repo', 'secrets', 'npm', 'code']);
    expect(config.origins.get("checks['npm/vulnerabilities'].optional")).toBe('preset');
    expect(config.checks.get('npm/vulnerabilities')).toMatchObject({ optional: true, named: false });
    expect(config.checks.get('secrets/credentials')).toMatchObject({ severity: 'warning', named: true });
    expect(config.notices).toEqual([]);
  });

  it('adds --plugin to it, from the working folder, and leaves what it names as its author made it', async () => {
    const root = project({ 'tools/scan.config.json': { plugins: [] }, ...pluginFiles('own') });
    const config = await configure(root, { overrides: { plugin: ['./own/plugin.ts'] } });
    expect(config.plugins.map(({ name }) => name)).toEqual(['repo', 'secrets', 'own']);
    expect(config.notices).toHaveLength(1);
    const tools = await configure(root, {
      configPath: 'tools/scan.config.json',
      overrides: { plugin: ['./own/plugin.ts'] },
    });
    expect(tools.plugins.map(({ name }) => name)).toEqual(['own']);
    expect(tools.origins.get('plugins')).toBe('flag');
    const npm = await configure(project({ 'package.json': { name: 'a' } }), { overrides: { plugin: ['npm'] } });
    expect(npm.plugins.map(({ name }) => name)).toEqual(['repo', 'secrets', 'code', 'npm']);
    expect(npm.checks.get('npm/manifest')).toMatchObject({ enabled: true });
    expect(npm.checks.get('npm/vulnerabilities')).toMatchObject({ optional: false });
  });
});
