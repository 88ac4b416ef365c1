import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import windowsNames from '../../../plugins/repo/checks/windows-names.js';

const LONG = `${'folder-of-twenty-one/'.repeat(11)}x.txt`; // 236 characters

it('reports names that Windows refuses', async () => {
  await testCheck(windowsNames, {
    passes: [
      {
        name: 'names that only look reserved',
        files: {
          'console.ts': '',
          'src/aux-files/nullable.c': '',
          'com.txt': '',
          com10: '',
          com0: '',
          'lpt.md': '',
          '.con': '',
          'xcon.c': '',
          'ünï cöde 日本.txt': '',
          "it's (fine) [really] {yes} ~#%&!@$^+=,;`.txt": '',
          '.hidden': '',
          'a..b': '',
          ' leading': '',
        },
      },
      { name: 'a path of the limit', files: { [`${LONG}1234`]: '' } },
      { name: 'a path over a raised limit', files: { [`${LONG}12345`]: '' }, options: { maxPathLength: 241 } },
      { name: 'nothing', files: {} },
    ],
    fails: [
      {
        name: 'devices, in any case, with extension, as folders (once), with spaces before the dot',
        files: {
          'aux/a.c': '',
          'aux/b.c': '',
          'src/NUL.txt': '',
          Com1: '',
          'lpt9.tar.gz': '',
          'com².log': '',
          'prn .txt': '',
          CONIN$: '',
        },
        findings: [
          { messageId: 'reservedDevice', path: 'CONIN$', severity: 'error' },
          { messageId: 'reservedDevice', path: 'Com1' },
          {
            messageId: 'reservedDevice',
            path: 'aux',
            message: 'aux: Windows keeps the name AUX for a device, whatever its extension.',
            data: { path: 'aux', reason: 'reserved-device', name: 'aux', device: 'AUX' },
          },
          {
            messageId: 'reservedDevice',
            path: 'com².log',
            data: { path: 'com².log', reason: 'reserved-device', name: 'com².log', device: 'COM²' },
          },
          { messageId: 'reservedDevice', path: 'lpt9.tar.gz' },
          { messageId: 'reservedDevice', path: 'prn .txt' },
          { messageId: 'reservedDevice', path: 'src/NUL.txt' },
        ],
      },
      {
        name: 'characters',
        files: { 'a:b': '', 'c\nd\u0001\n': '', 'what?/x': '', '<"|*\\>': '' },
        findings: [
          {
            messageId: 'illegalCharacter',
            path: '<"|*\\>',
            message: '<"|*\\>: Windows does not allow < " | * \\ > in a name.',
          },
          { messageId: 'illegalCharacter', path: 'a:b' },
          {
            messageId: 'illegalCharacter',
            path: 'c\nd\u0001\n',
            data: {
              path: 'c\nd\u0001\n',
              reason: 'illegal-character',
              name: 'c\nd\u0001\n',
              characters: 'U+000A U+0001',
            },
          },
          { messageId: 'illegalCharacter', path: 'what?' },
        ],
      },
      {
        name: 'endings, and several problems of one name',
        files: { 'etc.': '', 'folder /x': '', 'nul?.': '', 'nul.?.': '' },
        findings: [
          { messageId: 'trailing', path: 'etc.', message: 'etc.: Windows drops a dot at the end of a name.' },
          {
            messageId: 'trailing',
            path: 'folder ',
            data: { path: 'folder ', reason: 'trailing-space', name: 'folder ', ending: 'space' },
          },
          { messageId: 'illegalCharacter', path: 'nul.?.' },
          { messageId: 'trailing', path: 'nul.?.' },
          { messageId: 'reservedDevice', path: 'nul.?.' },
          { messageId: 'illegalCharacter', path: 'nul?.' },
          { messageId: 'trailing', path: 'nul?.' },
        ],
      },
      {
        name: 'a path that is too long, reported for the file and not for its folders',
        files: { [`${LONG}12345`]: '' },
        findings: [
          {
            messageId: 'pathTooLong',
            path: `${LONG}12345`,
            data: { path: `${LONG}12345`, reason: 'path-too-long', length: 241, maxPathLength: 240 },
          },
        ],
      },
      {
        name: 'a lowered limit counts as Windows does, in UTF-16 units',
        files: { '😀😀': '', abcd: '', abc: '', 'folder/x': '' },
        options: { maxPathLength: 3 },
        findings: [
          { messageId: 'pathTooLong', path: 'abcd' },
          { messageId: 'pathTooLong', path: 'folder/x' },
          { messageId: 'pathTooLong', path: '😀😀' },
        ],
      },
    ],
    refuses: [{ maxPathLength: 0 }, { maxPathLength: '240' }],
  });
});
