import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import privateKeys from '../../../plugins/secrets/checks/private-keys.js';
import { findKeys } from '../../../plugins/secrets/key.js';
import { visit } from './harness.js';
import { footer, header, lines } from './shapes.js';

describe('hostile text', () => {
  it.each([
    ['headers', '-----BEGIN PRIVATE KEY-----'.repeat(100_000)],
    ['headers and base64', `-----BEGIN PRIVATE KEY-----${'A'.repeat(9_990)}`.repeat(500)],
    ['a header before 20 MB', `-----BEGIN PRIVATE KEY-----${'MIIE'.repeat(5_000_000)}`],
    ['quotes', `"-----BEGIN PRIVATE KEY-----${'" "'.repeat(500_000)}`],
    ['padding', `-----BEGIN PRIVATE KEY-----MIIE\n${'='.repeat(30_000)}\nAAAA\n`.repeat(100)],
    ['labels', `-----BEGIN ${'A '.repeat(1_000_000)}PRIVATE KEY-----`],
    ['backslashes', `-----BEGIN PRIVATE KEY-----${'\\'.repeat(1_000_000)}`.repeat(3)],
    ['keys of PuTTY', 'PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 99999999\n'.repeat(20_000)],
    ['one line', ' '.repeat(5_000_000)],
  ])('ends in time on %s', async (_, text) => {
    const started = performance.now();
    await visit(privateKeys, 'a.txt', text);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('never throws', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        header,
        footer,
        ...lines.slice(0, 3),
        '"',
        "'",
        '\\n',
        '\n',
        ' + ',
        'PuTTY-User-Key-File-2: ssh-rsa\n',
        'Private-Lines: 3\n',
        'Proc-Type: 4,ENCRYPTED\n',
        '---- BEGIN SSH2 PRIVATE KEY ----',
        'b3BlbnNzaC1rZXktdjE',
        'MI',
      ),
      fc.string(),
    );
    await fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        for (const { start, end } of findKeys(text)) expect(start < end && end <= text.length).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
