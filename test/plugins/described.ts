// What holds for the description of every check that comes with scanrun.
import type { Plugin } from 'scanrun';
import { expect } from 'vitest';

/** Asserts that each check of a plugin says how to mend what it finds, with an example, and what each of its options does. */
export function expectDescribed({ checks }: Pick<Plugin, 'checks'>): void {
  for (const [key, { meta }] of Object.entries(checks)) {
    expect(meta.help, key).toMatch(/```\w+\n.+\n```/s);
    for (const [name, option] of Object.entries(meta.options))
      expect(option.description, `${key}.${name}`).toMatch(/\.$/);
  }
}
