/** What goes wrong when fixes are made; a part of the table of errors. */
export const FIX_ERRORS = {
  SR_FIX_BUSY: {
    exitCode: 3,
    title: 'Another scanrun makes fixes in the same target',
    fix: 'Wait until it has ended, and run `scanrun fix --write` again.',
  },
  SR_FIX_FAILED: {
    exitCode: 3,
    title: 'Fixes could not be made',
    fix: 'Mend what the message says, and run `scanrun fix --write` again. Every file is either the old one or the new one.',
  },
} as const;
