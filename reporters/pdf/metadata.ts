// A PDF's own properties. Chromium states its user agent as the creator and has no way to state an author, so they are
// written as an update behind the file's end, as the standard provides for: nothing of what Chromium wrote is changed.

/** The properties of a document; the names are PDF's. */
export type Metadata = Readonly<Record<'Title' | 'Author' | 'Creator' | 'Subject', string>>;

/**
 * The document with its properties set, and a viewer told to show the title instead of the file's name.
 * @throws Error when the file has no plain trailer, which no version of Chromium writes.
 */
export function withMetadata(pdf: Uint8Array, metadata: Metadata): Uint8Array {
  const source = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
  const trailer = readTrailer(source);
  const info = objectAt(source, trailer.info) ?? '<< >>';
  const root = objectAt(source, trailer.root);
  if (root === undefined) throw new Error('The PDF has no catalog.');
  const objects: readonly (readonly [number, string])[] = [
    [trailer.root, withViewer(root)],
    [trailer.info, withInfo(info, metadata)],
  ];
  return Buffer.concat([source, Buffer.from(updateOf(objects, source.length, trailer), 'latin1')]);
}

interface Trailer {
  readonly root: number;
  readonly info: number;
  readonly size: number;
  /** Where the last table of cross-references begins. */
  readonly start: number;
  /** The identifier of the file, if it has one. */
  readonly id: string;
}

function readTrailer(source: Buffer): Trailer {
  const at = source.lastIndexOf('trailer');
  const text = at < 0 ? '' : source.toString('latin1', at);
  const root = /\/Root (\d+) 0 R/.exec(text)?.[1];
  const size = /\/Size (\d+)/.exec(text)?.[1];
  const start = /startxref\s+(\d+)/.exec(text)?.[1];
  if (root === undefined || size === undefined || start === undefined) throw new Error('The PDF has no plain trailer.');
  const info = /\/Info (\d+) 0 R/.exec(text)?.[1];
  return {
    root: Number(root),
    // A file without properties gets a new object for them.
    info: Number(info ?? size),
    size: Number(size) + (info === undefined ? 1 : 0),
    start: Number(start),
    id: /\/ID ?\[[^\]]*\]/.exec(text)?.[0] ?? '',
  };
}

/** The dictionary of an object that is not compressed. */
function objectAt(source: Buffer, number: number): string | undefined {
  const head = `\n${number} 0 obj`;
  const at = source.lastIndexOf(head, undefined, 'latin1');
  if (at < 0) return undefined;
  const end = source.indexOf('endobj', at, 'latin1');
  return end < 0 ? undefined : source.toString('latin1', at + head.length, end).trim();
}

/** Shows the title in the window, as PDF/UA asks. */
function withViewer(root: string): string {
  if (root.includes('/DisplayDocTitle')) return root;
  if (!root.includes('/ViewerPreferences'))
    return root.replace(/>>$/, '/ViewerPreferences <</DisplayDocTitle true>>>>');
  return root.replace(/\/ViewerPreferences ?<</, '/ViewerPreferences <</DisplayDocTitle true ');
}

function withInfo(info: string, metadata: Metadata): string {
  const own = Object.entries(metadata).map(([name, text]) => `/${name} ${pdfText(text)}`);
  const kept = [...info.matchAll(/\/(Producer|CreationDate|ModDate) ?(\((?:\\.|[^\\)])*\)|<[^>]*>)/g)].map(
    ([pair]) => pair,
  );
  return `<<${[...own, ...kept].join('\n')}>>`;
}

/** A text as PDF writes any of them: UTF-16 with its mark, in hexadecimal digits. */
function pdfText(text: string): string {
  return `<feff${Buffer.from(text, 'utf16le').swap16().toString('hex')}>`;
}

function updateOf(objects: readonly (readonly [number, string])[], length: number, trailer: Trailer): string {
  let text = '\n';
  const entries = objects.map(([number, body]) => {
    const at = length + text.length;
    text += `${number} 0 obj\n${body}\nendobj\n`;
    return `${number} 1\n${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const start = length + text.length;
  const id = trailer.id === '' ? '' : `\n${trailer.id}`;
  return `${text}xref\n${entries.join('')}trailer\n<</Size ${trailer.size}\n/Root ${trailer.root} 0 R\n/Info ${trailer.info} 0 R\n/Prev ${trailer.start}${id}>>\nstartxref\n${start}\n%%EOF\n`;
}
