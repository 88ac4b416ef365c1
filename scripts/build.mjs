// Builds dist: compiles, generates the schemas and the configuration's validator, copies the reporters' templates (tsc copies none).
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const require = createRequire(import.meta.url);

/** Every start parses its arguments: commander's files are part of that one, and ask for Node's modules by `require`. */
const WITH_COMMANDER = {
  packages: 'bundle',
  banner: {
    js: [
      '// Contains commander, https://github.com/tj/commander.js: its licence is in LICENSE-commander beside this file.',
      "import { createRequire as requireFrom } from 'node:module';",
      'const require = requireFrom(import.meta.url);',
    ].join('\n'),
  },
};

// Files are overwritten, and stale ones removed at the end: a test that runs meanwhile never finds the build gone.
const started = Date.now() - 1_000;
execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', join(root, 'tsconfig.json')], {
  stdio: 'inherit',
  cwd: root,
});
copyTemplates(join(root, 'reporters'), join(dist, 'reporters'));
mkdirSync(join(dist, 'schemas'), { recursive: true });
await writeResultSchema();
await writeConfigValidator();
await bundle();
writeFileSync(join(dist, 'core/cli/LICENSE-commander'), readFileSync(join(root, 'node_modules/commander/LICENSE')));
chmodSync(join(dist, 'core/cli/main.js'), 0o755);
removeStale();

/** Removes what this build did not write. */
function removeStale() {
  for (const entry of readdirSync(dist, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && statSync(path).mtimeMs < started) rmSync(path);
  }
}

/**
 * Puts the engine's modules together: loading a hundred small ones costs more than running them. Plugins stay as they
 * are, since a thread loads a check by its own URL; what is imported lazily stays apart.
 */
async function bundle() {
  const core = join(dist, 'core');
  const shared = {
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    packages: 'external',
    sourcemap: true,
    // A third less to download and to read; names stay, for those who report what went wrong.
    minifyWhitespace: true,
    minifySyntax: true,
    allowOverwrite: true,
    logLevel: 'warning',
  };
  // A command is one file, whatever it imports lazily: a start pays for each file that it opens. What commands share is
  // doubled, which costs less. The library keeps its lazy parts apart, since a plugin imports it and needs none of them.
  const commands = [
    'run',
    'plan',
    'list',
    'explain',
    'init',
    'history',
    'cache',
    'report',
    'merge',
    'baseline',
    'diff',
    'fix',
    'watch-session',
    'print-error',
  ];
  const kept = new Set([join(core, 'config/validate.js')]);
  const outputs = [];
  for (const entries of [
    ['cli/main'],
    ['cli/program'],
    ...commands.map((name) => [`cli/${name}`]),
    ['index'],
    ['testing'],
    ['browser'],
    ['engine'],
    ['execute/worker'],
    ['config/schema'],
  ]) {
    const result = await build({
      ...shared,
      // What only shows or plans holds much of the engine once more: a third less of it keeps the installation small.
      ...(entries[0].startsWith('cli/') && entries[0] !== 'cli/run' ? { minify: true } : {}),
      ...(entries[0] === 'cli/program' ? WITH_COMMANDER : {}),
      entryPoints: entries.map((name) => join(core, `${name}.js`)),
      external:
        entries[0] === 'cli/program'
          ? commands.map((name) => `./${name}.js`)
          : entries[0] === 'cli/main'
            ? ['./program.js']
            : ['cli/baseline', 'cli/fix', 'cli/watch-session'].includes(entries[0])
              ? ['./run.js']
              : entries[0] === 'index'
                ? ['./engine.js']
                : [],
      outdir: core,
      outbase: core,
      write: false,
    });
    outputs.push(...result.outputFiles);
  }
  for (const file of outputs) {
    writeFileSync(ensured(file.path), file.contents);
    kept.add(file.path);
  }
  for (const entry of readdirSync(core, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && /\.js(\.map)?$/.test(entry.name) && !kept.has(path)) rmSync(path);
  }
  const external = ['scanrun', 'scanrun/*'];
  for (const name of foldersIn('reporters'))
    await bundleFolder(join(dist, 'reporters', name), ['index.js'], () => ({ ...shared, external }));
  for (const name of foldersIn('plugins')) {
    const folder = join(dist, 'plugins', name);
    const checks = readdirSync(join(folder, 'checks'))
      .filter((file) => file.endsWith('.js'))
      .map((file) => join('checks', file));
    // A thread loads a check alone, and one that it needs is a module of its own. The plugin has all its checks in it,
    // each by the address of its module: sixty files take a start 60 ms.
    await bundleFolder(folder, ['index.js', ...checks], (entry) =>
      entry === 'index.js'
        ? { ...shared, external, plugins: [ownAddresses(join(folder, 'checks'))] }
        : {
            ...shared,
            external: [...external, ...checks.filter((file) => file !== entry).map((file) => join(folder, file))],
          },
    );
  }
  // What reporters share, and what plugins share, is in each of them now; only templates are still read.
  for (const folder of [join(dist, 'reporters'), join(dist, 'reporters/page'), join(dist, 'plugins')])
    for (const name of readdirSync(folder)) if (/\.js(\.map)?$/.test(name)) rmSync(join(folder, name));
}

/** The folders of plugins or reporters in the build; what they share has no index. */
function foldersIn(kind) {
  return readdirSync(join(dist, kind)).filter((name) => existsSync(join(dist, kind, name, 'index.js')));
}

/** Has the modules of a folder keep their own addresses in the file beside it that they become part of. */
function ownAddresses(folder) {
  return {
    name: 'own addresses',
    setup({ onLoad }) {
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        if (dirname(path) !== folder) return undefined;
        const own = `new URL('./checks/${basename(path)}', import.meta.url).href`;
        return { contents: readFileSync(path, 'utf8').replaceAll('import.meta.url', own), loader: 'js' };
      });
    },
  };
}

/** Puts what each entry imports into it, and removes what nothing needs any more; templates stay. */
async function bundleFolder(folder, entries, optionsOf) {
  const results = await Promise.all(
    entries.map((entry) =>
      build({ ...optionsOf(entry), entryPoints: [join(folder, entry)], outfile: join(folder, entry), write: false }),
    ),
  );
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const compiled = entry.isFile() && /\.js(\.map)?$/.test(entry.name) && !entry.parentPath.endsWith('templates');
    if (compiled) rmSync(join(entry.parentPath, entry.name));
  }
  for (const file of results.flatMap(({ outputFiles }) => outputFiles))
    writeFileSync(ensured(file.path), file.contents);
}

/** Copies everything beside the reporters' sources that is not TypeScript. */
function copyTemplates(from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || entry.name.endsWith('.ts')) continue;
    const path = join(entry.parentPath, entry.name);
    writeFileSync(ensured(join(to, path.slice(from.length))), readFileSync(path));
  }
}

/** The path, with its folder made. */
function ensured(path) {
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

/** Derives the result's JSON Schema from its types, so that the two cannot disagree. */
async function writeResultSchema() {
  const { createGenerator } = await import('ts-json-schema-generator');
  const generator = createGenerator({
    path: join(root, 'core/model/result.ts'),
    tsconfig: join(root, 'tsconfig.json'),
    type: 'RunResult',
    additionalProperties: true,
    skipTypeCheck: true,
  });
  const schema = generator.createSchema('RunResult');
  schema.title = 'scanrun RunResult, schema version 1';
  writeFileSync(join(dist, 'schemas/result.json'), `${JSON.stringify(schema, undefined, 2)}\n`);
}

/** A schema with what its properties are among its definitions. */
function inParts({ properties, definitions, ...schema }) {
  const parts = Object.entries(properties).map(([name, part]) => [`property-${name}`, part]);
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.keys(properties).map((name) => [name, { $ref: `#/definitions/property-${name}` }]),
    ),
    definitions: { ...definitions, ...Object.fromEntries(parts) },
  };
}

/** Compiles the configuration's schema to a module without ajv, so that validating costs no start-up, and publishes it for editors. */
async function writeConfigValidator() {
  const { configSchema } = await import(pathToFileURL(join(dist, 'core/config/schema.js')).href);
  const { Ajv } = await import('ajv');
  const standalone = require('ajv/dist/standalone').default;
  // verbose: the messages are made of the schema's titles and the values.
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: true,
    allowUnionTypes: true,
    // A function for each property: a start compiles those of what a configuration has, not the whole.
    inlineRefs: false,
    code: { source: true, esm: true, optimize: true },
  });
  const code = standalone(ajv, ajv.compile(inParts(configSchema)));
  if (code.includes('require('))
    throw new Error(
      'A keyword of the configuration schema needs a helper of ajv at run time (minLength, uniqueItems, ...): say it another way.',
    );
  writeFileSync(join(dist, 'core/config/validate.js'), (await transform(code, { minify: true })).code);
  writeFileSync(join(dist, 'schemas/config.json'), `${JSON.stringify(configSchema, undefined, 2)}\n`);
}
