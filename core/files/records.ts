/** The NUL-separated records of git's output; names that are not UTF-8 go to `bad`, as Latin-1, since no string can name them. */
export function* records(output: Buffer, bad: (name: string) => void): Generator<string> {
  const text = output.toString('utf8');
  if (!text.includes('\uFFFD')) {
    for (const record of text.split('\0')) if (record !== '') yield record;
    return;
  }
  for (let start = 0; start < output.length; ) {
    const end = output.indexOf(0, start);
    const bytes = output.subarray(start, end < 0 ? output.length : end);
    const record = bytes.toString('utf8');
    if (Buffer.from(record, 'utf8').equals(bytes)) yield record;
    else bad(bytes.toString('latin1'));
    start = (end < 0 ? output.length : end) + 1;
  }
}
