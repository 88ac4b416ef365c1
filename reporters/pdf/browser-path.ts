import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ScanError } from 'scanrun';
import { type BrowserSearch, type FoundBrowser, findBrowser } from 'scanrun/browser';

/** A browser to print with. */
export interface PrintBrowser extends FoundBrowser {
  /** What it must be started with besides our own arguments. */
  readonly args: readonly string[];
}

/** A package that brings a Chromium of its own, for containers and functions. */
const PACKAGE = '@sparticuz/chromium';

const NOT_FOUND = `No browser was found that could print the PDF. Any of these gives one: name it with the reporter's option 'browser' or with SCANRUN_CHROMIUM; put chromium or google-chrome on the PATH; install Chromium or Chrome in its usual place; or run \`npm install --save-dev ${PACKAGE}\`.`;

/**
 * Finds a browser that is installed, else that of `@sparticuz/chromium` if the project has it.
 * @throws ScanError `SR_BROWSER_NOT_FOUND` that names the four ways to one, or the path that was named and is no program.
 */
export async function findPrintBrowser(search: BrowserSearch): Promise<PrintBrowser> {
  const installed = await findBrowser(search).catch((error: unknown) => {
    throw new ScanError('SR_BROWSER_NOT_FOUND', error instanceof Error ? error.message : String(error));
  });
  if (installed !== undefined) return { ...installed, args: [] };
  const packaged = await fromPackage(search.cwd);
  if (packaged !== undefined) return packaged;
  throw new ScanError('SR_BROWSER_NOT_FOUND', NOT_FOUND);
}

/** The browser of the package, if the project has it; it unpacks itself into the folder for temporary files. */
async function fromPackage(cwd: string): Promise<PrintBrowser | undefined> {
  let entry: string;
  try {
    entry = createRequire(join(cwd, 'package.json')).resolve(PACKAGE);
  } catch {
    return undefined;
  }
  try {
    const { default: packaged } = (await import(pathToFileURL(entry).href)) as {
      default: { readonly args: readonly string[]; executablePath(): Promise<string> };
    };
    return { path: await packaged.executablePath(), args: packaged.args, from: PACKAGE, shell: true };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ScanError('SR_BROWSER_NOT_FOUND', `${PACKAGE} is installed and gives no browser: ${why}`, {
      cause: error,
    });
  }
}
