// A private key in all the shapes that it has in files.
import { pem, pkcs8Key } from './keys.js';

export const { header, lines, footer } = pem(pkcs8Key);
const all = [header, ...lines, footer];

/** The same key in the shapes it has in files. */
export const SHAPES: Readonly<Record<string, string>> = {
  'a file': pkcs8Key,
  'with Windows line ends': pkcs8Key.replaceAll('\n', '\r\n'),
  'on one line': all.join(' '),
  'in JSON': JSON.stringify({ key: pkcs8Key }),
  'in JSON inside JSON': JSON.stringify({ text: JSON.stringify({ key: pkcs8Key }) }),
  'in JSON with escaped slashes': JSON.stringify({ key: pkcs8Key }).replaceAll('/', '\\/'),
  'in JSON with escaped signs': JSON.stringify({ key: pkcs8Key }).replaceAll('+', '\\u002b').replaceAll('=', '\\u003d'),
  'as an array of lines': JSON.stringify(all, undefined, 2),
  'in YAML': `key: |\n${all.map((line) => `    ${line}\n`).join('')}other: 1\n`,
  'in a variable of the environment': `KEY="${all.join('\\n')}"\n`,
  'in a URL': `?key=${encodeURIComponent(pkcs8Key)}`,
  'in XML': `<key a="${all.join('&#10;')}"/>`,
  'in a template': `const key = \`${pkcs8Key}\`;`,
  'in three quotes': `key = """${pkcs8Key}"""`,
  'put together with +': all.map((line) => `  "${line}\\n"`).join(' +\n'),
  'put together with + and single quotes': all.map((line) => `'${line}\\n'`).join(' + '),
  'put together with a dot': all.map((line) => `"${line}"`).join(' .\n'),
  'put together side by side': all.map((line) => `  '${line}\\n'`).join('\n'),
  'put together by calls': all.map((line) => `key.append("${line}");\n`).join(''),
  'put together by assignments': `let key = "";\n${all.map((line) => `key += '${line}';\n`).join('')}`,
  'after an escaped line end': `const key = "\\n${all.join('\\n')}";`,
  'in shell with backslashes': all.join('\\\n'),
  'commented out with //': all.map((line) => `// ${line}`).join('\n'),
  'commented out without a space': all.map((line) => `//${line}`).join('\n'),
  'commented out with #': all.map((line) => `  # ${line}`).join('\n'),
  'in a block comment': `/*\n${all.map((line) => ` * ${line}`).join('\n')}\n */`,
  'in a quotation': all.map((line) => `> ${line}`).join('\n'),
  'added by a diff': all.map((line) => `+${line}`).join('\n'),
  'without a footer': [header, ...lines].join('\n'),
};
