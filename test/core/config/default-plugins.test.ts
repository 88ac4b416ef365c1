import { describe, expect, it } from 'vitest';
import { configure, pluginFiles, project } from './project.js';

describe('without configuration', () => {
  it('runs the default plugins and says so', async () => {
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
          'No configuration found: running the default checks (repo, secrets). Write a `scan.config.ts` to choose: docs/getting-started.md shows one.',
      },
    ]);
  });

  it('runs them too where the configuration lists no plugins, but none where it lists an empty list', async () => {
    const config = await configure(project({ 'scan.config.json': { tier: 'quick' } }));
    expect(config.plugins.map(({ name }) => name)).toEqual(['repo', 'secrets']);
    expect(config.notices[0]?.message).toMatch(/^The configuration lists no plugins: running the default checks/);
    expect((await configure(project({ 'scan.config.json': { plugins: [] } }))).checks.size).toBe(0);
  });

  it('adds --plugin to them, from the working folder', async () => {
    const root = project({ 'tools/scan.config.json': { plugins: [] }, ...pluginFiles('own') });
    const config = await configure(root, { overrides: { plugin: ['./own/plugin.ts'] } });
    expect(config.plugins.map(({ name }) => name)).toEqual(['repo', 'secrets', 'own']);
    const tools = await configure(root, {
      configPath: 'tools/scan.config.json',
      overrides: { plugin: ['./own/plugin.ts'] },
    });
    expect(tools.plugins.map(({ name }) => name)).toEqual(['own']);
    expect(tools.origins.get('plugins')).toBe('flag');
  });
});
