import { type CheckContext, defineCheck } from 'scanrun';
import { nameOf, readTree } from '../tree.js';

export default defineCheck(import.meta.url, {
  meta: {
    title: 'Names work on Windows',
    description: 'Git cannot check out a repository on Windows when one of its names is not allowed there.',
    category: 'repository',
    tier: 'quick',
    severity: 'error',
    estimate: '100ms',
    tags: ['names', 'portability', 'windows'],
    options: {
      maxPathLength: {
        type: 'integer',
        default: 240,
        minimum: 1,
        description:
          'The longest path that is allowed, relative to the root, in UTF-16 units. Windows stops at 260 (MAX_PATH) ' +
          'with the drive, the folder of the checkout and an ending NUL; the default leaves 20 for these.',
      },
    },
    messages: {
      reservedDevice: '{{path}}: Windows keeps the name {{device}} for a device, whatever its extension.',
      illegalCharacter: '{{path}}: Windows does not allow {{characters}} in a name.',
      trailing: '{{path}}: Windows drops a {{ending}} at the end of a name.',
      pathTooLong:
        '{{path}} has {{length}} characters; the limit is {{maxPathLength}}, since Windows stops at 260 with the folder around it.',
    },
    help: [
      'Rename the file or folder; everything in a folder is mended with it:',
      '',
      '```sh',
      'git mv aux auxiliary',
      '```',
      '',
      'Not allowed are `CON`, `PRN`, `AUX`, `NUL`, `COM1` to `COM9`, `LPT1` to `LPT9`, `CONIN$` and `CONOUT$` (in any ' +
        'case, with any extension, also with `¹`, `²` or `³`), the characters `< > : " | ? * \\`, control characters, and ' +
        'a dot or space at the end: see ' +
        '[Naming Files](https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file). ' +
        'Where everybody has turned on `core.longpaths`, raise `maxPathLength`.',
    ].join('\n'),
  },
  async run({ options: { maxPathLength }, files, report }) {
    for (const [path, entry] of await readTree(files())) {
      judgeName(path, report);
      if (entry === 'folder' || path.length <= maxPathLength) continue;
      report({
        messageId: 'pathTooLong',
        data: { path, reason: 'path-too-long', length: path.length, maxPathLength },
        location: { path },
      });
    }
  },
});

type MessageId = 'reservedDevice' | 'illegalCharacter' | 'trailing' | 'pathTooLong';

/** The device's name ends at the first dot; spaces before it do not count (git's own `is_valid_win32_path`). */
const DEVICE = /^(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³]|conin\$|conout\$) *(?:[.:]|$)/i;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const ILLEGAL = /[<>:"|?*\\\x00-\x1f]/g;

function judgeName(path: string, report: CheckContext<object, MessageId>['report']): void {
  const name = nameOf(path);
  const location = { path };
  const characters = [...new Set(name.match(ILLEGAL))].map(printable).join(' ');
  if (characters !== '') {
    report({ messageId: 'illegalCharacter', data: { path, reason: 'illegal-character', name, characters }, location });
  }
  if (name.endsWith('.') || name.endsWith(' ')) {
    const ending = name.endsWith('.') ? 'dot' : 'space';
    report({ messageId: 'trailing', data: { path, reason: `trailing-${ending}`, name, ending }, location });
  }
  const device = DEVICE.exec(name)?.[1];
  if (device !== undefined) {
    report({
      messageId: 'reservedDevice',
      data: { path, reason: 'reserved-device', name, device: device.toUpperCase() },
      location,
    });
  }
}

function printable(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}` : character;
}
