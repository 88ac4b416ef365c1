import { defineCheck } from 'scanrun';
import { ANY_DOCKERFILE, DOCKERFILES, type Stage, stagesOf } from '../dockerfile.js';

const DIGEST = /@sha256:[0-9a-f]{64}$/i;

/** Finds images that are another one tomorrow. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'Images start from a base that stays the same',
    description: 'The latest base of today is not that of tomorrow, so a build can break, or change, without a commit.',
    category: 'containers',
    tier: 'quick',
    severity: 'warning',
    estimate: '100ms',
    tags: ['docker', 'supply-chain'],
    options: {
      digest: {
        type: 'boolean',
        default: true,
        description: 'Whether a base with a version but without a digest is reported, as a note.',
      },
    },
    messages: {
      latest: '{{image}} is whatever is newest on the day of the build; name a version.',
      noTag: '{{image}} has no tag, which means latest; name a version.',
      notPinned: '{{image}} is not pinned to a digest, so its content can change.',
      noBase: '{{path}} has no FROM, so nothing can be built from it.',
    },
    help: [
      'Name a version, and best the digest with it. Dependabot and Renovate update both:',
      '',
      '```text',
      'FROM node:22.11.0-alpine@sha256:...',
      '```',
      '',
      '`docker buildx imagetools inspect node:22.11.0-alpine` shows the digest. Names of earlier stages, `scratch`, and bases that are ' +
        'a build argument without a default are not reported. A version without a digest is a note: `digest: false` leaves it out.',
    ].join('\n'),
    when: { files: [ANY_DOCKERFILE] },
    files: DOCKERFILES,
    reads: 'bytes',
  },
  async visit(file, context) {
    const stages = await stagesOf(file, context);
    if (stages === undefined) return;
    const { path } = file;
    if (stages.length === 0)
      context.report({ messageId: 'noBase', data: { path }, location: { path, startLine: 1 }, severity: 'error' });
    for (const stage of stages) {
      const messageId = problemOf(stage, context.options.digest);
      if (messageId === undefined) continue;
      const severity = messageId === 'notPinned' ? ({ severity: 'note' } as const) : {};
      context.report({ messageId, data: { image: stage.base.text }, location: stage.location, ...severity });
    }
  },
});

function problemOf({ base, from }: Stage, digest: boolean): 'latest' | 'noTag' | 'notPinned' | undefined {
  const image = base.text;
  if (from !== undefined || image === '' || image.toLowerCase() === 'scratch') return undefined;
  if (DIGEST.test(image)) return undefined;
  // What is given when it is built is known only then.
  if (image.includes('$')) return undefined;
  const tag = /:([^:/@]+)$/.exec(image)?.[1];
  if (tag === undefined) return 'noTag';
  if (tag === 'latest') return 'latest';
  return digest ? 'notPinned' : undefined;
}
