import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult } from 'scanrun';
import npm from 'scanrun/plugins/npm';
import sbom from 'scanrun/plugins/sbom';
import cyclonedx from 'scanrun/reporters/cyclonedx';
import { describe, expect, it } from 'vitest';
import { filesOf, fixture, npmProject } from '../plugins/npm/locked.js';
import { advisory, startRegistry } from '../plugins/npm/registry-server.js';
import { judged } from '../plugins/sbom/judge.js';
import { folder } from '../support/folders.js';
import { scanrun } from '../support/processes.js';
import { runScan } from '../support/run-scan.js';
import { render } from './render.js';
import { rich } from './sample-rich.js';

const BOTH = ['sbom/cyclonedx', 'npm/vulnerabilities'];

async function scanned(advisories: Readonly<Record<string, readonly object[]>> | undefined): Promise<RunResult> {
  const { npmrc } = await startRegistry(advisories === undefined ? { token: 'nobody-has-it' } : { advisories });
  const files = npmProject(
    { name: 'app', version: '1.0.0', dependencies: { lodash: '4', '@corp/x': '1' } },
    {
      'node_modules/lodash': { version: '4.17.20', license: 'MIT' },
      'node_modules/@corp/x': { version: '1.0.0', license: 'MIT' },
    },
  );
  const { result } = await runScan(folder({ ...files, '.npmrc': npmrc }), {
    config: { plugins: [npm, sbom], reporters: [], tier: 'standard' },
    overrides: { check: BOTH },
  });
  return result;
}

describe('the bill of materials', () => {
  it('has time, number and tool of the run, and is the same for the same result', async () => {
    const result = await scanned({});
    const text = await render(cyclonedx, result);
    const bom = await judged(text);
    expect(bom.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(bom.metadata.timestamp).toBe(result.run.endedAt);
    expect(bom.metadata.tools?.components).toEqual([
      { type: 'application', name: 'scanrun', version: result.run.versions.scanrun },
    ]);
    expect(bom.vulnerabilities).toEqual([]);
    expect(await render(cyclonedx, result)).toBe(text);
    // As `scanrun report` reads it again.
    expect(await render(cyclonedx, JSON.parse(JSON.stringify(result)) as RunResult)).toBe(text);
    const other = await judged(await render(cyclonedx, { ...result, run: { ...result.run, id: 'another' } }));
    expect(other.serialNumber).not.toBe(bom.serialNumber);
  });

  it('names the vulnerabilities and what has them', async () => {
    const result = await scanned({
      lodash: [advisory()],
      '@corp/x': [advisory({ severity: 'moderate', cvss: undefined })],
    });
    const bom = await judged(await render(cyclonedx, result));
    expect(bom.vulnerabilities).toHaveLength(1);
    expect(bom.vulnerabilities?.[0]).toMatchObject({
      id: 'GHSA-35jh-r3h4-6jhm',
      affects: expect.arrayContaining([{ ref: 'pkg:npm/lodash@4.17.20' }, { ref: 'pkg:npm/%40corp/x@1.0.0' }]),
    });
    const without = await judged(await render(cyclonedx, result, { options: { vulnerabilities: false } }));
    expect(without.vulnerabilities).toBeUndefined();
  });

  it('says nothing of vulnerabilities where nobody could look', async () => {
    const bom = await judged(await render(cyclonedx, await scanned(undefined)));
    expect(bom.vulnerabilities).toBeUndefined();
  });

  it('is never empty: without one the reporter fails and says why', async () => {
    await expect(render(cyclonedx, rich())).rejects.toThrow(
      'The result has no bill of materials: no plugin brings the check sbom/cyclonedx.',
    );
    const { result } = await runScan(folder({ 'package.json': '{}' }), {
      config: { plugins: [npm, sbom], reporters: [], tier: 'standard' },
      overrides: { check: ['sbom/cyclonedx'] },
    });
    await expect(render(cyclonedx, result)).rejects.toThrow(/sbom\/cyclonedx ended skipped: Which versions are used/);
    const quick = await runScan(folder({ 'package.json': '{}' }), {
      config: { plugins: [npm, sbom], reporters: [], tier: 'quick' },
    });
    await expect(render(cyclonedx, quick.result)).rejects.toThrow(/sbom\/cyclonedx was not planned: /);
  });

  it('is written by the built command', async () => {
    const root = folder({
      ...filesOf(fixture('lockfiles/npm-3')),
      'scan.config.json': { plugins: ['npm', 'sbom'], reporters: ['cyclonedx'] },
    });
    const run = await scanrun(['--tier', 'standard', '--check', 'sbom/cyclonedx'], { cwd: root });
    expect(run.stderr).toContain('cyclonedx report in');
    const bom = await judged(readFileSync(join(root, 'reports/sbom.cdx.json'), 'utf8'));
    expect(bom.components.length).toBeGreaterThan(5);
    const quick = await scanrun(['--tier', 'quick', '--reporter', 'cyclonedx=none.json'], { cwd: root });
    expect([quick.code, quick.stderr]).toEqual([3, expect.stringContaining('has no bill of materials')]);
  });
});
