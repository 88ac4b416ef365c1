import { defineCheck } from 'scanrun';
import { ANY_DOCKERFILE, DOCKERFILES, stagesOf, type Variable } from '../dockerfile.js';

/** Names of what opens something. */
const SECRET =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRETS|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|SECRET_?KEY|CREDENTIALS?|AUTH_?TOKEN)$|(?:^|_)(?:PASSWORD|SECRET|TOKEN|APIKEY|API_KEY)_(?:DEV|PROD|PRODUCTION|STAGING|DEFAULT)$/i;

/** Values that open nothing: none, a number, yes and no, a path where the secret will be. */
const HARMLESS = /^(?:["']?["']?|\d+|true|false|yes|no|none|null|\/\S*|["']?\/(?:run|var|etc)\/\S*)$/i;

/** Files that hold secrets, by name. */
const FILES =
  /(?:^|\/)(?:\.env(?!\.(?:example|sample|template|dist|defaults?)$)(?:\.[\w-]+)?|\.npmrc|\.netrc|\.pypirc|\.git-credentials|\.dockercfg|id_(?:rsa|dsa|ecdsa|ed25519)|credentials|\.aws|\.ssh|\.gnupg|.*\.(?:key|p12|pfx|jks|keystore))\/?$/i;

/** Finds secrets that become part of an image. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'No secret becomes part of an image',
    description:
      'What ENV, ARG and COPY bring into an image is in its layers and its history, for everybody who can pull it.',
    category: 'security',
    tier: 'quick',
    severity: 'error',
    estimate: '100ms',
    tags: ['docker', 'secrets'],
    messages: {
      env: 'ENV {{name}} keeps a secret in the image: whoever pulls it can read it.',
      arg: 'ARG {{name}} keeps a secret in the history of the image: `docker history` shows it.',
      copy: '{{file}} is copied into the image; it usually holds secrets.',
    },
    help: [
      'Give secrets to the one command that needs them, without leaving them in a layer:',
      '',
      '```text',
      'RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci',
      '```',
      '',
      'Build with `docker build --secret id=npmrc,src=$HOME/.npmrc .`, and give what the program needs when it runs: as a variable of the container or a file. ' +
        'A secret that was in an image is known: **revoke it**.',
      '',
      'Judged are names (`*_TOKEN`, `*_PASSWORD`, ...) and files (`.env`, `.npmrc`, keys). A variable without a value, and a path such as `/run/secrets/x`, is fine. ' +
        'Files that `.dockerignore` takes out are reported all the same, since the instruction would then fail. Values are masked in every output.',
    ].join('\n'),
    when: { files: [ANY_DOCKERFILE] },
    files: DOCKERFILES,
    reads: 'bytes',
  },
  async visit(file, context) {
    const stages = (await stagesOf(file, context)) ?? [];
    const secrets = stages.flatMap(({ variables }) => variables.filter(isSecret));
    // All of them before the first is reported: its code frame shows the lines around it.
    for (const { value = '' } of secrets)
      for (const part of [value, value.replace(/^["']|["']$/g, '')])
        if (part.length > 3 && !part.startsWith('$')) context.redact(part);
    for (const { kind, name, location } of secrets)
      context.report({
        messageId: kind === 'ENV' ? 'env' : 'arg',
        data: { name },
        location,
        severity: kind === 'ENV' ? 'error' : 'warning',
      });
    for (const { text, location } of stages.flatMap(({ copied }) => copied))
      if (FILES.test(text)) context.report({ messageId: 'copy', data: { file: text }, location, severity: 'warning' });
  },
});

/** An ENV that is set to something, and any ARG: its value is given when it is built, and stays in the history. */
function isSecret({ kind, name, value }: Variable): boolean {
  if (!SECRET.test(name)) return false;
  if (value === undefined) return kind === 'ARG';
  return !HARMLESS.test(value);
}
