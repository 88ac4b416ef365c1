// What reads a PDF: qpdf and poppler, where they are installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReporterContext, RunResult } from 'scanrun';
import json from 'scanrun/reporters/json';
import pdf from 'scanrun/reporters/pdf';
import { contextOf, render } from './render.js';

/** The tools that are missing on this machine. */
export function missingTools(): string[] {
  return ['qpdf', 'pdfinfo', 'pdftotext'].filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
}

/** A PDF as the tools read it. */
export interface ReadPdf {
  readonly bytes: Buffer;
  /** What pdfinfo says, by name. */
  readonly info: Readonly<Record<string, string>>;
  /** Its text without any white space: a line may break anywhere. */
  readonly text: string;
  /** The text of each page, laid out. */
  readonly pages: readonly string[];
  /** What qpdf complains of; empty for a sound file. */
  readonly complaints: string;
  /** The titles of the outline. */
  readonly outline: readonly string[];
}

/** Renders as the core does. */
export async function renderPdf(
  result: RunResult,
  options: Readonly<Record<string, unknown>> = {},
  context: Partial<ReporterContext> = {},
): Promise<Buffer> {
  const rendered = await pdf.render(result, contextOf(pdf, options, context));
  return Buffer.from(rendered as Uint8Array);
}

/** Reads a PDF with every tool. */
export function readPdf(bytes: Buffer): ReadPdf {
  return withFile(bytes, (file) => {
    const checked = spawnSync('qpdf', ['--check', file], { encoding: 'utf8' });
    const laidOut = run('pdftotext', '-layout', file, '-');
    const outline = run('qpdf', '--json', '--json-key=outlines', file);
    return {
      bytes,
      info: Object.fromEntries(
        run('pdfinfo', file)
          .split('\n')
          .map((line) => line.split(/:\s+(.*)/s).slice(0, 2) as [string, string]),
      ),
      text: run('pdftotext', file, '-').replace(/\s/g, ''),
      pages: laidOut.split('\f').slice(0, -1),
      complaints: checked.status === 0 ? '' : checked.stdout + checked.stderr,
      outline: titles((JSON.parse(outline) as { outlines: Outline[] }).outlines),
    };
  });
}

/** A PDF as those have it who hear it. */
export interface Structure {
  /** One element a line. */
  readonly elements: string;
  /** What poppler complains of. */
  readonly complaints: string;
  /** What is said instead of each picture; undefined where one has no words. */
  readonly pictures: readonly (string | undefined)[];
}

/** Reads what is there for readers that speak. */
export function readStructure(bytes: Buffer): Structure {
  return withFile(bytes, (file) => {
    const { stdout, stderr } = spawnSync('pdfinfo', ['-struct-text', file], {
      encoding: 'utf8',
      maxBuffer: 100_000_000,
    });
    return {
      elements: stdout,
      complaints: stderr,
      pictures: picturesOf(run('qpdf', '--json', '--json-key=qpdf', file)),
    };
  });
}

function run(tool: string, ...args: string[]): string {
  return execFileSync(tool, args, { encoding: 'utf8', maxBuffer: 100_000_000, stdio: ['ignore', 'pipe', 'ignore'] });
}

function withFile<T>(bytes: Buffer, read: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'scanrun-read-'));
  try {
    const file = join(folder, 'a.pdf');
    writeFileSync(file, bytes);
    return read(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function picturesOf(json: string): (string | undefined)[] {
  const { qpdf } = JSON.parse(json) as { qpdf: [unknown, Record<string, { value?: Record<string, unknown> }>] };
  return Object.values(qpdf[1]).flatMap(({ value }) =>
    value?.['/S'] === '/Figure' ? [(value['/Alt'] as string | undefined)?.replace(/^u:/, '')] : [],
  );
}

interface Outline {
  readonly title: string;
  readonly kids: readonly Outline[];
}

function titles(outlines: readonly Outline[]): string[] {
  return outlines.flatMap(({ title, kids }) => [title.trim(), ...titles(kids)]);
}

/** The SHA-256 of what the json reporter writes. */
export async function digestOf(result: RunResult): Promise<string> {
  return createHash('sha256')
    .update(await render(json, result))
    .digest('hex');
}

/** A text as it is compared with that of a PDF. */
export const dense = (text: string): string => text.replace(/\s/g, '');
