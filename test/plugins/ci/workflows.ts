/** A workflow of one job with these steps, as lines of YAML. */
export function workflow(
  steps: readonly string[],
  top = 'on: push\npermissions: {}\n',
): Readonly<Record<string, string>> {
  const lines = steps.map((step) => `      - ${step.replaceAll('\n', '\n        ')}`);
  return {
    '.github/workflows/ci.yml': `${top}jobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n${lines.join('\n')}\n`,
  };
}

/** What is no workflow that could be judged, and ends degraded. */
export const UNREADABLE = [
  { name: 'binary', files: { '.github/workflows/ci.yml': new Uint8Array([111, 110, 0, 58]) } },
  { name: 'broken YAML', files: { '.github/workflows/ci.yml': 'on: push\njobs: [\n' } },
  { name: 'too long', files: { '.github/workflows/ci.yml': `on: push\n# ${'x'.repeat(2_000_000)}\n` } },
].map((testCase) => ({ ...testCase, outcome: 'degraded' as const }));

/** Workflows that say nothing in odd ways: they must not break a check. */
export const ODD = [
  { name: 'no workflow at all', files: { 'a.yml': 'on: push' } },
  { name: 'an empty file', files: { '.github/workflows/ci.yml': '' } },
  {
    name: 'nothing where something is expected',
    files: {
      '.github/workflows/ci.yaml':
        'on:\njobs:\n  a:\n  b: 3\n  c: { steps: 4 }\n  d: { steps: [null, 5, { uses: [] }] }\n',
    },
  },
  {
    name: 'an alias that leads to itself',
    files: { '.github/workflows/ci.yml': 'on: push\npermissions: {}\njobs: &a\n  x: *a\n' },
  },
  {
    name: 'a huge line',
    files: {
      '.github/workflows/ci.yml': `on: push\npermissions: {}\njobs: { a: { steps: [{ run: "${'x'.repeat(500_000)}" }] } }\n`,
    },
  },
  { name: 'an action of another tool', files: { 'roles/x/action.yml': '- name: [\n' } },
];
