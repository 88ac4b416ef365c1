import { defineCheck } from 'scanrun';
import { ANY_DOCKERFILE, DOCKERFILES, type Stage, stagesOf } from '../dockerfile.js';

/** Images whose own user is not root. */
const ROOTLESS =
  /(?:[:-]nonroot(?:$|[-@])|(?:^|\/)(?:distroless\/\S+:nonroot)|^cgr\.dev\/chainguard(?:-private)?\/|^bitnami\/|[:/-]rootless(?:$|[-@:])|unprivileged)/i;

/** Finds images that run as root. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'Containers do not run as root',
    description: 'Who breaks out of a program that runs as root owns the container, and is closer to the host.',
    category: 'containers',
    tier: 'quick',
    severity: 'warning',
    estimate: '100ms',
    tags: ['docker'],
    messages: {
      noUser: 'The image runs as root, since no USER is set after FROM {{image}}.',
      root: 'The image runs as root: USER {{user}} is the last one.',
    },
    help: [
      'Make a user, or take the one that the base has, and change to it after what needs root:',
      '',
      '```text',
      'RUN npm ci --omit=dev',
      'USER node',
      'CMD ["node", "server.js"]',
      '```',
      '',
      'Only the last stage is judged: what the others build with does not run. Bases that are known to have a user of their own (`nonroot`, `unprivileged`, Chainguard) are fine, and a user that is given when it is built is not known.',
    ].join('\n'),
    when: { files: [ANY_DOCKERFILE] },
    files: DOCKERFILES,
    reads: 'bytes',
  },
  async visit(file, context) {
    const last = (await stagesOf(file, context))?.at(-1);
    if (last === undefined) return;
    const { user, image } = userOf(last);
    if (user === undefined) {
      if (!ROOTLESS.test(image) && !image.includes('$'))
        context.report({ messageId: 'noUser', data: { image }, location: last.location });
      return;
    }
    const [name = ''] = user.text.split(':');
    if (name === 'root' || /^0+$/.test(name))
      context.report({ messageId: 'root', data: { user: user.text }, location: user.location });
  },
});

/** The user of a stage: its last one, else that of the stage it starts from; and the image at the bottom. */
function userOf(stage: Stage): { readonly user: Stage['users'][number] | undefined; readonly image: string } {
  for (let at = stage; ; at = at.from) {
    const user = at.users.at(-1);
    if (user !== undefined || at.from === undefined) return { user, image: at.base.text };
  }
}
