import type { Browser } from 'puppeteer-core';

/** Milliseconds that a browser has to end by itself. */
const GRACE_MS = 3_000;

/** Ends a browser and all its processes; one that does not end by itself is killed. */
export async function endBrowser(browser: Browser): Promise<void> {
  const child = browser.process();
  const ended = new Promise<void>((resolve) => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  await within(
    GRACE_MS,
    // A browser that is gone already cannot be asked to go.
    browser.close().catch(() => {}),
  );
  if (child?.pid !== undefined) killGroup(child.pid);
  child?.kill('SIGKILL');
  await within(GRACE_MS, ended);
}

/** puppeteer starts it as the leader of a group: what it started goes with it. Windows has no groups; there a browser's children end with it. */
function killGroup(pid: number): void {
  if (process.platform === 'win32') return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, end]);
  clearTimeout(timer);
}
