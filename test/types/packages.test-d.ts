// Compiled by `npm run types`, never run: what checks of packages are given, and what they must not write.

import { defineCheck, type TargetPackage } from '../../core/index.js';

const meta = { title: 'x', description: 'x', category: 'x', tier: 'quick', severity: 'error', messages: {} } as const;

const whole = defineCheck(import.meta.url, {
  meta,
  run: (context) => {
    // @ts-expect-error a check of the target looks at no package.
    context.package.name;
    return { files: 1 };
  },
});

const own = defineCheck(import.meta.url, {
  meta: { ...meta, scope: 'package' },
  needs: { whole },
  run: (context) => {
    const one: TargetPackage = context.package;
    // What a check of the target knows is shared.
    const files: number = context.needs.whole.files;
    return { name: one.name, files };
  },
});

defineCheck(import.meta.url, {
  meta: { ...meta, scope: 'package' },
  needs: { own },
  run: (context) => {
    // Of its own kind it gets what is known of the same package.
    const name: string = context.needs.own.name;
    // @ts-expect-error not that of all packages.
    context.needs.own['@s/a']?.files;
    return name;
  },
});

defineCheck(import.meta.url, {
  meta,
  needs: { own },
  run: (context) => {
    const files: number | undefined = context.needs.own['@s/a']?.files;
    // @ts-expect-error of many packages there is no single one.
    const name: string = context.needs.own.name;
    return [files ?? 0, String(name)];
  },
});

// @ts-expect-error there is no such scope.
defineCheck(import.meta.url, { meta: { ...meta, scope: 'workspace' }, run() {} });
